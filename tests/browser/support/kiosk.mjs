// The kiosk's half of a consultation for the page's own tests: the state that the real kiosk keeps, played by hand,
// on top of gateway_double.mjs and a browser page that does the media.

export class KioskDouble {
  #page;
  #gateway;
  peer = 0;
  state = 'open';
  /** The real kiosk offers while the patient waits; a test may hold that back. */
  offersEarly = true;
  /** So many answers, and what follows them, are lost on the way. */
  losesAnswers = 0;
  #lossy = false;

  constructor(page, gateway) {
    this.#page = page;
    this.#gateway = gateway;
  }

  /**
   * @param {import('playwright-core').BrowserContext} context
   * @param {import('./gateway_double.mjs').GatewayDouble} gateway
   * @param {{large?: boolean}} [options] large: the picture as a real kiosk sends it, for people to look at
   */
  static async open(context, gateway, { large = false } = {}) {
    const page = await context.newPage();
    const kiosk = new KioskDouble(page, gateway);
    await page.exposeFunction('toPatient', (message) => kiosk.#gateway.send(message));
    await page.goto(`${gateway.url}kiosk-double${large ? '?large' : ''}`);
    await page.waitForFunction('window.kiosk');
    await page.mouse.click(10, 10);  // Chromium lets the tone sound only after a gesture
    kiosk.#listen();
    return kiosk;
  }

  /** Begins anew behind another gateway: a page that is open already costs a test no second. */
  async moveTo(gateway) {
    await this.#page.evaluate(() => window.kiosk.reset());
    this.#gateway = gateway;
    this.peer = 0;
    this.state = 'open';
    this.offersEarly = true;
    this.losesAnswers = 0;
    this.#lossy = false;
    this.#listen();
  }

  #listen() {
    const gateway = this.#gateway;
    // What crosses with the end of a test: there is nobody left to answer.
    const unlessOver = (error) => { if (this.#gateway === gateway && !/has been closed/.test(String(error))) throw error; };
    const now = () => this.#gateway === gateway;
    gateway.onPatient = (message) => now() && this.#onPatient(message).catch(unlessOver);
    gateway.onArrived = () => now() && this.#setState('open', 'getting-ready');
    gateway.onReturned = (connected) => now() && this.#onReturned(connected)?.catch(unlessOver);
  }

  async offer() {
    this.peer += 1;
    await this.#page.evaluate((number) => window.kiosk.offer(number), this.peer);
  }

  /** The same offer once more, with its candidates, as the kiosk does when it has had no answer. */
  async repeatOffer() {
    for (const message of await this.#page.evaluate((number) => window.kiosk.repeated(number), this.peer)) this.#gateway.send(message);
  }

  async admit() {
    this.#setState('admitted', 'admitted');
    if (this.peer === 0) await this.offer();
  }

  decline() {
    this.#setState('open', 'declined');
  }

  refuse() {
    this.#setState('waiting', 'refused');
  }

  end(outcome = 'completed') {
    this.state = 'ended';
    this.#gateway.send({ type: 'status', state: 'ended', outcome });
    this.#gateway.token = '';
    this.#gateway.patient?.close(1000);
  }

  say(label, line, peer = this.peer) {
    return this.#page.evaluate(([number, name, what]) => window.kiosk.say(number, name, what), [peer, label, line]);
  }

  /** @param {'chat' | 'control'} label */
  lines(label) {
    return this.#page.evaluate((name) => window.kiosk[name], label);
  }

  received(peer = this.peer) {
    return this.#page.evaluate((number) => window.kiosk.received(number), peer);
  }

  connection(peer = this.peer) {
    return this.#page.evaluate((number) => window.kiosk.state(number), peer);
  }

  close(peer = this.peer) {
    return this.#page.evaluate((number) => window.kiosk.close(number), peer);
  }

  colour(css) {
    return this.#page.evaluate((value) => window.kiosk.colour(value), css);
  }

  #setState(state, notice) {
    this.state = state;
    this.#gateway.send({ type: 'status', state: notice });
  }

  async #onPatient(message) {
    if (this.state === 'ended') return;  // crossed on the way
    const run = (name, ...values) => this.#page.evaluate(([call, list]) => window.kiosk[call](...list), [name, values]);
    switch (message.type) {
      case 'knock':
        this.#setState('waiting', 'waiting');
        if (this.offersEarly) await this.offer();
        break;
      case 'answer':
        this.#lossy = this.losesAnswers > 0;
        this.losesAnswers -= this.#lossy ? 1 : 0;
        if (this.#lossy) break;
        if (this.state !== 'admitted') throw new Error('the page answered before it was admitted');
        await run('answer', message.peer, message.sdp);
        break;
      case 'candidate':
        if (this.state !== 'admitted') throw new Error('the page sent a candidate before it was admitted');
        if (!this.#lossy) await run('candidate', message.peer, message.mline, message.candidate);
        break;
      case 'request-offer':
        await this.offer();
        break;
      case 'leave':
        this.state = this.state === 'admitted' ? 'left' : 'open';
        break;
      default:
        break;
    }
  }

  async #onReturned(connected) {
    if (this.state === 'left') this.state = 'admitted';
    const notice = { admitted: 'admitted', waiting: 'waiting', open: 'getting-ready' }[this.state];
    this.#gateway.send({ type: 'status', state: notice });
    if ((this.state === 'admitted' || this.state === 'waiting') && connected === 0) await this.offer();
  }
}
