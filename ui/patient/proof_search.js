// The search for a proof of work, on a thread of its own (proof_worker.js): one at a time, the newest counts.

export class ProofSearch {
  /** @type {Worker | null} */
  #worker = null;
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
    this.share = 0;
    this.#worker?.terminate();
    const worker = new Worker(new URL('proof_worker.js', import.meta.url), { type: 'module' });
    this.#worker = worker;
    const finish = (/** @type {string | null} */ proof) => {
      worker.terminate();
      if (worker !== this.#worker) return;
      this.#worker = null;
      if (proof) this.#options.onProof(code, proof);
      else this.#options.onNone();
    };
    worker.onerror = () => finish(null);
    worker.onmessage = ({ data }) => {
      if ('proof' in data) {
        finish(data.proof);
      } else {
        this.share = data.share;
        this.#options.onProgress();
      }
    };
    worker.postMessage({ challenge, code });
  }
}
