// The kiosk's end of the media for the page's own tests: offers as the kiosk does (docs/protocol.md, "Between the two
// peers"), with a picture of known colour that moves, a tone, and the two data channels. Driven by kiosk.mjs through
// window.kiosk; what it hears goes out through window.toPatient, which the test exposes.

// A quarter of 1280x720 for tests, which draw, encode and decode in software; all of it for people (?large).
const scale = location.search === '?large' ? 1 : 0.5;
const canvas = document.createElement('canvas');
canvas.width = 1280 * scale;
canvas.height = 720 * scale;
const pen = canvas.getContext('2d');
pen.scale(scale, scale);
let frame = 0;
let ground = '#2050c0';
const peers = new Map();
setInterval(() => {
  if (peers.size === 0) return;  // nobody looks
  frame += 1;
  pen.fillStyle = ground;
  pen.fillRect(0, 0, 1280, 720);
  // A face of sorts, so that screenshots show how a clinician would sit in the picture.
  pen.fillStyle = '#f0c8a0';
  pen.beginPath();
  pen.ellipse(640, 300, 110, 140, 0, 0, 7);
  pen.fill();
  pen.fillStyle = '#ffffff';
  pen.beginPath();
  pen.ellipse(640, 720, 270, 250, 0, 0, 7);
  pen.fill();
  pen.fillStyle = '#ffe000';
  pen.fillRect(200 + 8 * (frame % 110), 60, 60, 60);
}, 33);

const context = new AudioContext();
const tone = context.createOscillator();
tone.frequency.value = 440;
const loudness = context.createGain();
loudness.gain.value = 0.3;
const out = context.createMediaStreamDestination();
tone.connect(loudness).connect(out);
tone.start();
document.addEventListener('pointerdown', () => context.resume());

window.kiosk = {
  chat: [],
  control: [],
  async offer(number) {
    const connection = new RTCPeerConnection();
    const peer = { connection, channels: {}, remote: new MediaStream(), held: [], answered: false, said: [] };
    peers.set(number, peer);
    for (const label of ['chat', 'control']) {
      const channel = connection.createDataChannel(label);
      channel.onclose = () => { peer.gone = true; };
      channel.onmessage = ({ data }) => window.kiosk[label].push(JSON.parse(data));
      peer.channels[label] = channel;
    }
    // Played, or Chromium would not decode the sound at all.
    const speaker = new Audio();
    speaker.srcObject = peer.remote;
    peer.speaker = speaker;
    connection.ontrack = ({ track }) => {
      peer.remote.addTrack(track);
      speaker.play().catch(() => {});
    };
    const send = (message) => {
      peer.said.push(message);
      window.toPatient(message);
    };
    connection.onicecandidate = ({ candidate }) => send({
      type: 'candidate', peer: number, mline: candidate?.sdpMLineIndex ?? 0, candidate: candidate?.candidate ?? '',
    });
    const stream = new MediaStream([...canvas.captureStream(30).getTracks(), ...out.stream.getTracks()]);
    for (const track of stream.getTracks()) connection.addTrack(track, stream);
    await connection.setLocalDescription();
    send({ type: 'offer', peer: number, sdp: connection.localDescription.sdp });
  },
  repeated: (number) => peers.get(number).said.toSorted((a, b) => (a.type < b.type ? 1 : -1)),
  async answer(number, sdp) {
    const peer = peers.get(number);
    await peer.connection.setRemoteDescription({ type: 'answer', sdp });
    peer.answered = true;
    for (const candidate of peer.held.splice(0)) await peer.connection.addIceCandidate(candidate);
  },
  async candidate(number, mline, candidate) {
    const peer = peers.get(number);
    if (!peer || candidate === '') return;
    const entry = { sdpMLineIndex: mline, candidate };
    if (peer.answered) await peer.connection.addIceCandidate(entry);
    else peer.held.push(entry);
  },
  say(number, label, line) {
    peers.get(number).channels[label].send(typeof line === 'string' ? line : JSON.stringify(line));
  },
  state(number) {
    const peer = peers.get(number);
    // The channels close at once when the other side goes; ICE takes some ten seconds to notice.
    return peer?.gone ? 'closed' : peer?.connection.connectionState ?? 'none';
  },
  close(number) {
    const peer = peers.get(number);
    peer?.speaker.pause();
    peer?.connection.close();
    peers.delete(number);
  },
  /** For the next test. */
  reset() {
    for (const number of [...peers.keys()]) window.kiosk.close(number);
    window.kiosk.chat.length = 0;
    window.kiosk.control.length = 0;
    ground = '#2050c0';
  },
  colour(css) {
    ground = css;
  },
  /** What arrives from the patient. */
  async received(number) {
    const report = await peers.get(number).connection.getStats();
    const result = { frames: 0, width: 0, audioEnergy: 0 };
    report.forEach((entry) => {
      if (entry.type !== 'inbound-rtp') return;
      if (entry.kind === 'video') {
        result.frames = entry.framesDecoded;
        result.width = entry.frameWidth;
      } else {
        result.audioEnergy = entry.totalAudioEnergy;
      }
    });
    return result;
  },
};
