// The call: the clinician large, oneself small, what one may do at the bottom, the chat beside or below the face.
import { h, icon, put, say, setUsable, show } from '../dom.js';
import { Modal } from '../modal.js';
import { unlockSound } from '../sound.js';
import { chatPanel } from './chat_panel.js';
import { troubleNote } from './device_words.js';
import { connectionWords, longWords, phoneLink, phoneNumber } from './frame.js';
import { soundPanel } from './sound_panel.js';

/**
 * @param {import('../app.js').App} app
 * @returns {import('./frame.js').View}
 */
export function call(app) {
  const { t } = app;
  const heading = h('h1', { class: 'for-ears', tabindex: -1 }, t('callTitle'));
  const remote = h('video', { class: 'remote', playsinline: true, 'aria-label': t('callClinicPicture') });
  const placardSign = h('span', { class: 'placard-sign', 'aria-hidden': 'true' });
  const placardWords = h('p', {});
  const placard = h('div', { class: 'placard' }, placardSign, placardWords);
  const placardPhone = app.state.phone === '' ? null : placard.appendChild(phoneLink(app));
  const clinic = h('p', { class: 'clinic' }, app.state.clinic);
  const phone = app.state.phone === '' ? null : phoneNumber(app, 'chip phone');
  const quality = h('p', { class: 'chip quality' }, icon('signal'), h('span', {}));
  const muted = h('p', { class: 'chip' }, icon('microphoneOff'), h('span', {}, t('callClinicMuted')));
  const bannerText = h('p', { role: 'alert' });
  const banner = h('div', { class: 'message problem note' }, icon('warning'), h('div', { class: 'note-body' }, bannerText));
  const bannerPhone = app.state.phone === '' ? null : banner.lastElementChild?.appendChild(phoneLink(app));
  const again = h('button', { type: 'button', class: 'primary', onclick: () => app.devices.tryAgain() }, t('checkAgain'));
  const trouble = troubleNote(again,
    h('button', { type: 'button', class: 'round', 'aria-label': t('troubleClose'), onclick: () => app.devices.putAway() }, icon('close')));
  const mine = h('video', { class: 'mine', playsinline: true, 'aria-label': t('callMyPicture') });
  mine.muted = true;
  const mineDark = h('p', { class: 'dark' }, icon('cameraOff'), h('span', {}, t('callMyPictureNone')));
  const mineMuted = h('p', { class: 'chip mine-muted' }, icon('microphoneOff'), h('span', {}));
  const self = h('div', { class: 'own' }, h('div', { class: 'self' }, mine, mineDark), mineMuted);
  const tap = h('button', { type: 'button', class: 'tap', onclick: () => startSound() },
    icon('sound'), h('strong', {}, t('callTap')), h('span', {}, t('callTapLead')));
  const whole = h('button', { type: 'button', class: 'whole', 'aria-pressed': 'false', onclick: () => toggleWhole() }, icon('whole'), h('span', {}, t('callWhole')));
  const sound = soundPanel(app);
  const soundButton = h('button', { type: 'button', class: 'hear', 'aria-haspopup': 'dialog', onclick: () => sound.open() }, icon('sound'), h('span', {}, t('callSound')));
  const incomingText = h('span', { class: 'incoming-text' });
  const incoming = h('button', { type: 'button', class: 'incoming', onclick: () => openChat() },
    icon('chat'), incomingText, h('strong', {}, t('chatOpen')));

  const microphone = control('microphone', t('callMicrophone'), () => app.devices.toggleMicrophone(), { role: 'switch' });
  const camera = control('camera', t('callCamera'), () => app.devices.toggleCamera(), { role: 'switch' });
  const flip = control('flip', t('callFlip'), () => app.devices.flip(), { 'aria-label': t('callFlipLong') });
  const badge = h('span', { class: 'badge', 'aria-hidden': 'true' });
  const chatButton = control('chat', t('callChat'), () => (app.call.chatOpen ? closeChat() : openChat()), {});
  chatButton.append(badge);
  const leave = control('leave', t('callLeave'), () => question.open(), { class: 'control leave' });
  const controls = h('div', { class: 'controls', role: 'toolbar', 'aria-label': t('callControls') }, microphone, camera, flip, chatButton, leave);

  const panel = chatPanel(app, () => closeChat());
  /** @type {HTMLDialogElement} */
  const dialog = h('dialog', { class: 'ask', 'aria-labelledby': 'leave-title', 'aria-describedby': 'leave-lead' },
    h('h2', { id: 'leave-title' }, t('leaveTitle')),
    h('p', { id: 'leave-lead' }, t('leaveLead')),
    h('div', { class: 'actions' },
      h('button', { type: 'button', class: 'primary', onclick: () => question.close() }, t('leaveNo')),
      h('button', { type: 'button', class: 'danger', onclick: () => app.leave() }, icon('leave'), t('leaveYes'))));

  const question = new Modal(dialog);

  const root = h('main', { id: 'main', class: 'call' },
    heading,
    h('div', { class: 'stage' }, remote, placard,
      h('div', { class: 'overhead' }, clinic, phone, quality, muted),
      self, h('div', { class: 'below' }, whole, soundButton, incoming), tap),
    h('div', { class: 'notices' }, banner, trouble.root),
    panel.root, controls, dialog, sound.root);

  /**
   * @param {keyof typeof import('../icons.js').ICONS} sign
   * @param {string} name
   * @param {() => void} onclick
   * @param {import('../dom.js').Properties} properties
   */
  function control(sign, name, onclick, properties) {
    return h('button', { type: 'button', class: 'control', onclick, ...properties },
      h('span', { class: 'disc' }, icon(sign)), h('span', { class: 'name' }, name));
  }

  /**
   * @param {HTMLElement} button
   * @param {boolean} on
   * @param {'microphone' | 'camera'} sign
   */
  function setSwitch(button, on, sign) {
    if (button.getAttribute('aria-checked') === String(on)) return;
    button.setAttribute('aria-checked', String(on));
    put(/** @type {Element} */ (button.querySelector('.disc')), icon(on ? sign : `${sign}Off`));
  }

  function openChat() {
    app.openChat(true);
    panel.field.focus();
  }

  function closeChat() {
    app.openChat(false);
    chatButton.focus();
  }

  function toggleWhole() {
    const on = root.classList.toggle('whole-picture');
    whole.setAttribute('aria-pressed', String(on));
    say(/** @type {Element} */ (whole.lastChild), on ? t('callFill') : t('callWhole'));
    tellPlace();
  }

  /** Words that do not fit are scrolled, with the keyboard too. */
  function fitPlacard() {
    if (placard.scrollHeight > placard.clientHeight + 1) placard.tabIndex = 0;
    else placard.removeAttribute('tabindex');
  }

  function tellPlace() {
    fitPlacard();
    clearTimeout(telling);
    telling = setTimeout(() => app.showsPicture(remote.clientWidth, remote.clientHeight, !root.classList.contains('whole-picture')), 400);
  }

  async function playRemote() {
    try {
      remote.muted = app.hearing.plays;
      await remote.play();
      app.setNeedsTap(false);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;  // superseded by a newer stream
      // Sound needs a tap here (a reload took the page's right to play); the picture does not.
      remote.muted = true;
      remote.play().catch(() => {});
      app.setNeedsTap(true);
    }
  }

  function startSound() {
    unlockSound();
    playRemote();
    microphone.focus();
  }

  function bannerWords() {
    const { state } = app;
    if (state.media === 'connected') return '';
    // Two quiet links: what they lead to, or what leads to them. One: the way between the two ends.
    const words = connectionWords(app) || (state.media === 'interrupted' ? t(state.noPath ? 'callNoPath' : 'callReconnecting') : '');
    return words && `${words} ${longWords(app)}`.trim();
  }

  /** What the line leaves of the pictures, the worse direction first: one sentence is read, two are not. */
  function lessWords() {
    const { incoming, outgoing } = app.call;
    const hasCamera = app.media.view.camera === 'on';
    if (outgoing === 'text') return t('callMeText');
    if (outgoing === 'voice' && hasCamera) return t('callMeVoice');
    if (incoming === 'stills' && app.call.clinicCamera) return t('callStills');
    return outgoing === 'stills' && hasCamera ? t('callMeStills') : '';
  }

  function update() {
    const { state, call: view } = app;
    const local = app.media.view;
    if (remote.srcObject !== view.remote) {
      remote.srcObject = view.remote;
      if (view.remote) playRemote();
    } else if (view.remote && !view.needsTap && remote.muted !== app.hearing.plays) {
      playRemote();
    }
    const dark = state.media === 'connected' && !view.clinicCamera;
    const thin = state.media === 'connected' && (view.incoming === 'text' || (view.incoming === 'voice' && !dark));
    const connecting = state.media === 'none' || state.media === 'connecting';
    const noPath = connecting && state.noPath;
    const stuck = noPath || (connecting && state.long);
    const words = bannerWords();
    placard.hidden = !dark && !connecting && !thin;
    put(placardSign, icon(thin ? 'signal' : dark ? 'cameraOff' : 'person'));
    placard.classList.toggle('connecting', connecting);
    root.classList.toggle('stuck', stuck);
    say(placardWords, thin ? t(view.incoming === 'text' ? 'callText' : 'callVoice') : dark ? t('callClinicDark') : state.returning ? t('returning') : `${t(noPath ? 'callNoPath' : 'callConnecting')} ${words ? '' : longWords(app)}`.trim());
    if (placardPhone) placardPhone.hidden = !stuck || words !== '';
    fitPlacard();
    remote.classList.toggle('faded', state.media === 'interrupted');
    muted.hidden = state.media !== 'connected' || view.clinicMicrophone;
    const thinWords = state.media === 'connected' && !thin ? lessWords() : '';
    quality.hidden = state.media !== 'connected' || thin || (view.level === 'good' && thinWords === '');
    say(/** @type {Element} */ (quality.lastChild), thinWords || t(view.level === 'poor' ? 'callQualityPoor' : 'callQualityFair'));
    banner.hidden = words === '';
    say(bannerText, words);
    if (bannerPhone) bannerPhone.hidden = !(state.long || (state.noPath && !state.offline));
    const found = app.devices.news;
    trouble.say(found, t);
    again.hidden = !found || found.isAsked || found.kinds.length === 0;

    show(mine, app.media.tracks.video);
    mine.classList.toggle('mirrored', local.facing === 'user');
    mine.hidden = local.camera !== 'on';
    mineDark.hidden = local.camera === 'on';
    const silent = (local.microphone !== 'on' && local.microphone !== 'starting') || local.interrupted.audio;
    mineMuted.hidden = !local.muted && !silent;
    say(/** @type {Element} */ (mineMuted.lastChild), silent ? t('callMeNoMicrophone') : t('callMeMuted'));
    setSwitch(microphone, !local.muted && !silent, 'microphone');
    setSwitch(camera, local.camera === 'on', 'camera');
    flip.hidden = local.cameras.length < 2;
    setUsable(flip, local.camera === 'on');

    // Nothing is seen or heard before that tap, so it comes first.
    const needsTap = view.needsTap && state.media === 'connected';
    const withChat = view.chatOpen && !needsTap;
    root.classList.toggle('with-chat', withChat);
    root.classList.toggle('with-tap', needsTap);
    panel.root.hidden = !withChat;
    chatButton.setAttribute('aria-expanded', String(view.chatOpen));
    chatButton.setAttribute('aria-label', view.unread > 0 ? t('callChatUnread', { count: view.unread }) : t('callChat'));
    badge.hidden = view.unread === 0;
    say(badge, view.unread > 9 ? '9+' : String(view.unread));
    incoming.hidden = view.unread === 0 || needsTap;
    say(incomingText, view.lastText);
    tap.hidden = !needsTap;
    // What is news needs its place, and goes by or has the number too.
    if (phone) phone.hidden = !banner.hidden || !trouble.root.hidden || !incoming.hidden || needsTap;
    panel.update();
    soundButton.classList.toggle('on', app.hearing.wish.clear);
    sound.update();
    if (view.asksToLeave) {
      view.asksToLeave = false;
      question.open();
    }
  }
  /** Safari on phones lays the keyboard over the page, where others make the window smaller. */
  function fitAboveKeyboard() {
    const covers = seen && seen.scale === 1 && window.innerHeight - seen.height > 80;
    root.style.top = covers ? `${seen.offsetTop}px` : '';
    root.style.height = covers ? `${seen.height}px` : '';
  }
  const seen = window.visualViewport;
  seen?.addEventListener('resize', fitAboveKeyboard);
  seen?.addEventListener('scroll', fitAboveKeyboard);

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let telling;
  const place = new ResizeObserver(tellPlace);
  place.observe(remote);
  update();
  return {
    root,
    focus: heading,
    update,
    destroy: () => {
      place.disconnect();
      seen?.removeEventListener('resize', fitAboveKeyboard);
      seen?.removeEventListener('scroll', fitAboveKeyboard);
      clearTimeout(telling);
      remote.srcObject = null;
      mine.srcObject = null;
    },
  };
}
