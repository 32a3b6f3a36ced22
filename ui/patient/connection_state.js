// How a media connection is, also where the browser has no name for it (Firefox before 113): ICE comes closest.

/** @param {RTCPeerConnection} connection */
const isTold = (connection) => connection.connectionState !== undefined;

/**
 * @param {RTCPeerConnection} connection
 * @returns {RTCPeerConnectionState}
 */
export function stateOf(connection) {
  if (isTold(connection)) return connection.connectionState;
  const { iceConnectionState: ice } = connection;
  if (ice === 'checking') return 'connecting';
  return ice === 'completed' ? 'connected' : ice;
}

/**
 * @param {RTCPeerConnection} connection
 * @param {() => void} onChange
 */
export function onStateOf(connection, onChange) {
  connection.addEventListener(isTold(connection) ? 'connectionstatechange' : 'iceconnectionstatechange', onChange);
}
