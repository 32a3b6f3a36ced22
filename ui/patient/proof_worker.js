// Looks for the proof off the page's own thread, so that the page stays alive meanwhile.
import { solve } from './proof.js';

self.addEventListener('message', (event) => {
  const { challenge, code } = event.data;
  const proof = solve(challenge, code, (share) => self.postMessage({ share }));
  self.postMessage({ proof });
});
