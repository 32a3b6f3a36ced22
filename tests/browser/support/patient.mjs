// The patient's page as a person meets it: everything is found by role and accessible name.

const WORDS = {
  en: {
    code: '9-digit code', goIn: 'Go in', codeTitle: 'Enter your code', name: 'Your name', agree: 'I have read this and I agree',
    next: 'Next', consentTitle: 'Your name and consent', checkTitle: 'Camera and microphone', turnOn: 'Turn on camera and microphone',
    ready: 'I am ready', waitingTitle: 'Your visit starts soon', callTitle: 'Your visit', clinicPicture: 'Picture from the clinic',
    microphone: 'Mic', camera: 'Video', flip: 'Flip camera', chat: /^Chat/, write: 'Write a message', send: 'Send', leave: 'Leave',
    leaveTitle: 'Leave the visit?', stay: 'Stay', back: 'Back', delivered: 'Delivered', still: /every few seconds/, textOnly: /write in the chat/, noPath: /cannot get through to the clinic/,
    again: 'Try again', sound: 'Sound', soundDone: 'Done', askAgain: 'Ask again', closeNote: 'Close this message', closeChat: 'Close chat', tap: /^Tap to see and hear/,
    leftTitle: 'You left the visit', goBack: 'Go back to the visit', here: 'Continue here', otherCode: 'Enter another code', long: /If it takes long/, copy: 'Copy the address', tryHere: 'Try here anyway', otherBrowser: 'Open in another browser', endedTitle: 'Your visit has ended',
  },
  ko: {
    code: '코드 9자리', goIn: '들어가기', codeTitle: '코드를 입력해 주세요', name: '이름', agree: '위 내용을 읽었으며 동의합니다',
    next: '다음', consentTitle: '이름과 동의', checkTitle: '카메라와 마이크', turnOn: '카메라와 마이크 켜기',
    ready: '준비됐어요', waitingTitle: '곧 시작해요', callTitle: '진료 중', clinicPicture: '의료진 화면',
    microphone: '마이크', camera: '카메라', flip: '카메라 전환', chat: /^글/, write: '글 쓰기', send: '보내기', leave: '나가기',
    leaveTitle: '진료에서 나갈까요?', stay: '계속 진료받기', back: '뒤로', delivered: '전달됨', still: /몇 초마다 새 사진이/, textOnly: /글로 써 주세요/, noPath: /아직 병원과 연결되지 않았어요/,
    again: '다시 켜 보기', sound: '소리', soundDone: '확인', askAgain: '다시 요청하기', closeNote: '안내 닫기', closeChat: '글 닫기', tap: /^눌러서 보고 듣기/,
    leftTitle: '진료에서 나왔어요', goBack: '다시 들어가기', here: '여기서 계속하기', otherCode: '다른 코드 입력하기', long: /오래 걸리면/, copy: '주소 복사하기', tryHere: '여기서 그냥 해 보기', otherBrowser: '다른 브라우저에서 열기', endedTitle: '진료가 끝났어요',
  },
};

export class Patient {
  /** @param {import('playwright-core').Page} page @param {'ko' | 'en'} language */
  constructor(page, language) {
    this.page = page;
    this.words = WORDS[language];
    /** @type {string[]} what the browser complained of: nothing, or the test fails */
    this.complaints = [];
    /** A gateway that is gone on purpose makes the browser complain of refused connections. */
    this.gatewayMayFail = false;
  }

  complain(text) {
    if (!this.gatewayMayFail || !/WebSocket connection|Failed to load resource/.test(text)) this.complaints.push(text);
  }

  /**
   * Opens the page as a new person on a new device would.
   * @param {import('playwright-core').Browser} browser
   * @param {string} url
   * @param {{language?: 'ko' | 'en', width?: number, height?: number, permissions?: string[], context?: object,
   *   initScript?: Function | [Function, unknown], clock?: boolean}} [options] initScript: run in the page before its own, with its argument; clock: the
   *   page's time is Playwright's page.clock
   */
  static async open(browser, url, { language = 'en', width = 360, height = 740, permissions, context: more = {}, initScript, clock = false } = {}) {
    const context = await browser.newContext({
      locale: language === 'ko' ? 'ko-KR' : 'en-GB', viewport: { width, height }, ignoreHTTPSErrors: true, ...(permissions ? { permissions } : {}), ...more,
    });
    await context.addInitScript(() => {
      const Connection = globalThis.RTCPeerConnection;
      globalThis.connections = [];
      globalThis.RTCPeerConnection = class extends Connection {
        constructor(...all) {
          super(...all);
          globalThis.connections.push(this);
        }
      };
    });
    if (initScript) await context.addInitScript(...[initScript].flat(1));
    const page = await context.newPage();
    if (clock) await page.clock.install();
    page.setDefaultTimeout(60000);  // only a failure waits that long; a busy machine must not be one
    const patient = new Patient(page, language);
    page.on('pageerror', (error) => patient.complain(String(error)));
    page.on('console', (line) => {
      if (line.type() === 'error' || line.type() === 'warning') patient.complain(line.text());
    });
    await page.goto(url);
    return patient;
  }

  /** The same device, another visit: at another gateway, so that nothing of the last one is remembered. */
  async visit(url) {
    this.complaints = [];
    this.gatewayMayFail = false;
    await this.page.goto(url);
  }

  /** Away from the page: everything of its visit ends. */
  async away() {
    await this.page.goto('about:blank');
  }

  /** The RTP header extensions that the newest connection sends with its sound and its picture. */
  async sentExtensions() {
    return this.page.evaluate(() => globalThis.connections.at(-1).getSenders()
      .map((sender) => [sender.track?.kind, sender.getParameters().headerExtensions.map(({ uri }) => uri)]));
  }

  heading(name) {
    return this.page.getByRole('heading', { level: 1, name, exact: true });
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true }).filter({ visible: true });
  }

  get codeField() {
    return this.page.getByRole('textbox', { name: this.words.code });
  }

  get problem() {
    return this.page.getByRole('alert');
  }

  get microphone() {
    return this.page.getByRole('switch', { name: this.words.microphone, exact: true });
  }

  get camera() {
    return this.page.getByRole('switch', { name: this.words.camera, exact: true });
  }

  get chatButton() {
    return this.page.getByRole('toolbar').getByRole('button', { name: this.words.chat });
  }

  get chatLog() {
    return this.page.getByRole('log');
  }

  async enterCode(code) {
    await this.codeField.fill(code);
    await this.button(this.words.goIn).click();
  }

  async giveNameAndConsent(name) {
    await this.heading(this.words.consentTitle).waitFor();
    await this.page.getByRole('textbox', { name: this.words.name }).fill(name);
    await this.page.getByRole('checkbox', { name: this.words.agree }).check();
    await this.button(this.words.next).click();
  }

  async turnOnDevices() {
    await this.heading(this.words.checkTitle).waitFor();
    const turnOn = this.button(this.words.turnOn);
    const ready = this.button(this.words.ready);
    await turnOn.or(ready).first().waitFor();
    // A page that is allowed already turns them on by itself, and the button goes: only the outcome counts.
    if (await turnOn.isVisible()) await turnOn.click({ timeout: 10000 }).catch(() => {});
    await ready.waitFor();
  }

  /** From the code to the door, which may open at once. */
  async goIn(code, name) {
    await this.enterCode(code);
    await this.giveNameAndConsent(name);
    await this.turnOnDevices();
    await this.button(this.words.ready).click();
  }

  /** From the code to the waiting room. */
  async goToWaiting(code, name) {
    await this.goIn(code, name);
    await this.heading(this.words.waitingTitle).waitFor();
  }

  async inCall() {
    await this.heading(this.words.callTitle).waitFor({ state: 'attached' });
  }

  async write(text) {
    const field = this.page.getByRole('textbox', { name: this.words.write });
    if (!(await field.isVisible())) await this.chatButton.click();
    await field.fill(text);
    await this.button(this.words.send).click();
  }

  async leave() {
    await this.button(this.words.leave).click();
    await this.page.getByRole('dialog', { name: this.words.leaveTitle }).getByRole('button', { name: this.words.leave }).click();
  }

  get remote() {
    return this.page.getByLabel(this.words.clinicPicture, { exact: true });
  }

  /**
   * Waits until the clinic's picture moves: that many new frames are put on the screen from now on. (The counters of
   * getVideoPlaybackQuality begin anew with each stream, so a difference of two readings may mean nothing.)
   */
  async seesMovement(frames = 10, deadline = 45000) {
    await this.remote.evaluate((video, [wanted, ms]) => new Promise((resolve, reject) => {
      let seen = 0;
      const timer = setTimeout(() => reject(new Error(`only ${seen} of ${wanted} frames from the clinic within ${ms} ms`)), ms);
      const onFrame = () => {
        seen += 1;
        if (seen < wanted) {
          video.requestVideoFrameCallback(onFrame);
        } else {
          clearTimeout(timer);
          resolve();
        }
      };
      video.requestVideoFrameCallback(onFrame);
    }), [frames, deadline]);
  }

  /** The colour of a spot of the clinic's picture; x and y from 0 to 1. */
  async colourAt(x, y) {
    return this.remote.evaluate((video, [atX, atY]) => {
      const canvas = document.createElement('canvas');
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      const pen = canvas.getContext('2d');
      pen.drawImage(video, 0, 0);
      return [...pen.getImageData(Math.floor(atX * canvas.width), Math.floor(atY * canvas.height), 1, 1).data].slice(0, 3);
    }, [x, y]);
  }

  /** Root mean square of the clinic's sound as the page plays it, the loudest of a second. */
  async loudness() {
    return this.remote.evaluate(async (video) => {
      const context = new AudioContext();
      await context.resume();
      const source = context.createMediaStreamSource(video.srcObject);
      const analyser = context.createAnalyser();
      source.connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      let loudest = 0;
      const end = performance.now() + 1000;
      while (performance.now() < end) {
        await new Promise((resolve) => { setTimeout(resolve, 40); });
        analyser.getFloatTimeDomainData(samples);
        loudest = Math.max(loudest, Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length));
      }
      await context.close();
      return loudest;
    });
  }

  close() {
    return this.page.context().close();
  }
}
