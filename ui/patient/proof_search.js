// The search for a proof of work, on a thread of its own (proof_worker.js): one at a time, the newest counts. Where there is
// no such thread (Firefox before 114 has none for modules) it goes on here, in slices between which the page stays alive.
import { search } from './proof.js';

/** So many hashes, some 10 ms of a phone. */
const SLICE = 2048;

export class ProofSearch {
  /** @type {Worker | null} */
  #worker = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** The chance, 0 to 1, that it would have been found by now. */
  share = 0;

  #options;

  /**
   * @param {object} options
   * @param {() => void} options.onProgress
   * @param {(code: string, proof: string) => void} options.onProof
   * @param {() => void} options.onNone there is none to be had
   */
  constructor(options) {
    this.#options = options;
  }

  /**
   * @param {import('./protocol.js').Challenge} challenge
   * @param {string} code
   */
  start(challenge, code) {
    this.#stop();
    const finish = (/** @type {string | null} */ proof) => {
      this.#stop();
      if (proof) this.#options.onProof(code, proof);
      else this.#options.onNone();
    };
    const worker = new Worker(new URL('proof_worker.js', import.meta.url), { type: 'module' });
    this.#worker = worker;
    worker.onerror = (event) => {
      event.preventDefault();  // it is nobody's fault, and nothing to complain of
      if (worker === this.#worker) this.#searchHere(challenge, code, finish);
    };
    worker.onmessage = ({ data }) => {
      if (worker !== this.#worker) return;
      if ('proof' in data) finish(data.proof);
      else this.#progress(data.share);
    };
    worker.postMessage({ challenge, code });
  }

  /**
   * @param {import('./protocol.js').Challenge} challenge
   * @param {string} code
   * @param {(proof: string | null) => void} finish
   */
  #searchHere(challenge, code, finish) {
    this.#stop();
    const steps = search(challenge, code, SLICE);
    const step = () => {
      const { done, value } = steps.next();
      if (done) {
        finish(value);
        return;
      }
      this.#progress(value);
      this.#timer = setTimeout(step);
    };
    this.#timer = setTimeout(step);
  }

  /** @param {number} share */
  #progress(share) {
    this.share = share;
    this.#options.onProgress();
  }

  #stop() {
    this.share = 0;
    this.#worker?.terminate();
    this.#worker = null;
    clearTimeout(this.#timer);
  }
}
