// Watches over the opening of the page: says so when a part of it does not arrive, when the browser is too old for it, or
// when it takes long, instead of "opening" for ever. In ECMAScript 5 and without help of any other file, as it must run
// where nothing else does (tests/lint/baseline looks). The versions are those of docs/browsers.md.
(function () {
  'use strict';

  var SLOW_MS = 15000;
  var GIVEN_UP_MS = 45000;
  var WORDS = {
    slow: {
      ko: '인터넷이 느려서 오래 걸리고 있어요. 조금 더 기다리거나 다시 열어 주세요.',
      en: 'The connection is slow, so this takes a while. Please wait a little, or try again.'
    },
    missing: {
      ko: '화면을 다 불러오지 못했어요. 인터넷 연결을 확인하고 다시 열어 주세요. 계속 안 되면 병원에 전화해 주세요.',
      en: 'A part of the page did not arrive. Please check your internet connection and try again. If it keeps failing, call the clinic.'
    },
    broken: {
      ko: '이 브라우저에서 화면을 열지 못했어요. 다시 열어 보고, 계속 안 되면 다른 브라우저에서 열어 주세요.',
      en: 'The page could not open in this browser. Please try again. If it keeps failing, open it in another browser.'
    },
    old: {
      ko: '이 브라우저는 오래되어 화상 진료를 열 수 없어요.',
      en: 'This browser is too old for a video visit.'
    }
  };
  var INSTALL = {
    android: {
      ko: 'Play 스토어에서 Chrome(87 이상)이나 삼성 인터넷(14 이상)을 설치하거나 업데이트한 다음, 거기서 같은 주소를 열어 주세요.',
      en: 'In the Play Store, install or update Chrome (87 or newer) or Samsung Internet (14 or newer). Then open the same address there.'
    },
    apple: {
      ko: '‘설정 → 일반 → 소프트웨어 업데이트’에서 기기를 업데이트해 주세요. Safari 15 이상이 필요해요. 업데이트가 안 되면 다른 휴대전화나 컴퓨터로 열어 주세요.',
      en: 'Please update your device in “Settings → General → Software Update”. Safari 15 or newer is needed. If there is no update, use another phone or a computer.'
    },
    computer: {
      ko: 'Chrome 87, Firefox 91, Edge 87, Safari 15 이상 가운데 하나를 설치하거나 업데이트한 다음, 거기서 같은 주소를 열어 주세요.',
      en: 'Please install or update one of these: Chrome 87, Firefox 91, Edge 87 or Safari 15, or newer. Then open the same address there.'
    }
  };
  var AGAIN = { ko: '다시 열기', en: 'Try again' };
  var CODE = { ko: '코드', en: 'Code' };
  /** @type {{[problem: string]: number}} */
  var STRENGTH = { slow: 1, missing: 2, broken: 3, old: 4 };
  var shown = '';

  /** @returns {HTMLElement | null} what is there until the page has its first screen */
  function opening() {
    return document.getElementById('opening');
  }

  /** @returns {('ko' | 'en')[]} the person's language first; the other for whoever helps */
  function languages() {
    return /^ko/i.test(navigator.language || '') ? ['ko', 'en'] : ['en', 'ko'];
  }

  function device() {
    var agent = navigator.userAgent;
    if (/Android/.test(agent)) return INSTALL.android;
    // An iPad says that it is a Mac, which has no touch.
    if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1)) return INSTALL.apple;
    return INSTALL.computer;
  }

  /**
   * @param {Node} parent
   * @param {string} tag
   * @param {string} text
   * @param {string} language
   */
  function add(parent, tag, text, language) {
    var element = document.createElement(tag);
    element.lang = language;
    element.appendChild(document.createTextNode(text));
    return parent.appendChild(element);
  }

  /** The code of the link, to be typed in another browser. */
  function code() {
    var groups = /^#([0-9]{3})[-. ]?([0-9]{3})[-. ]?([0-9]{3})(?![0-9])/.exec(location.hash);
    return groups ? groups.slice(1).join(' ') : '';
  }

  /** @param {'slow' | 'missing' | 'broken' | 'old'} problem */
  function show(problem) {
    var place = opening();
    if (!place || (shown !== '' && STRENGTH[shown] >= STRENGTH[problem])) return;
    shown = problem;
    while (place.firstChild) place.removeChild(place.firstChild);
    place.setAttribute('role', 'alert');
    for (var i = 0; i < 2; ++i) {
      var language = languages()[i];
      add(place, 'p', WORDS[problem][language], language);
      if (problem === 'old') add(place, 'p', device()[language], language);
    }
    if (code() !== '' && problem !== 'slow') {
      var label = languages()[0];
      add(place, 'p', CODE[label], label).className = 'label';
      add(place, 'p', code(), label).className = 'digits';
    }
    if (problem !== 'slow') addClinic(place);
    for (i = 0; i < 2; ++i) {
      var button = add(place, 'button', AGAIN[languages()[i]], languages()[i]);
      button.className = i === 0 ? 'primary' : 'secondary';
      button.setAttribute('type', 'button');
      button.onclick = again;
    }
  }

  /**
   * Whom to call, if the gateway has just one clinic (docs/protocol.md, "The clinic's card").
   * @param {Node} place
   */
  function addClinic(place) {
    var line = place.appendChild(document.createElement('p'));
    var request = new XMLHttpRequest();
    request.onload = function () {
      var card;
      try {
        card = JSON.parse(request.responseText);
      } catch (error) {
        return;  // some other page
      }
      if (!card || typeof card.clinic !== 'string' || typeof card.phone !== 'string' || card.phone === '') return;
      line.appendChild(document.createTextNode(card.clinic + ' '));
      var link = document.createElement('a');
      link.href = 'tel:' + card.phone.replace(/[^0-9+]/g, '');
      link.appendChild(document.createTextNode(card.phone));
      line.appendChild(link);
    };
    request.open('GET', 'clinic.json');
    request.send();
  }

  function again() {
    location.reload();
  }

  /** The oldest browsers that we know of lack one of these; what else a browser may lack shows when it reads the page. */
  function isOld() {
    return !('noModule' in HTMLScriptElement.prototype) || !('replaceChildren' in Element.prototype) || !('replaceAll' in String.prototype);
  }

  /** Newer than all that the page needs. */
  function isNew() {
    return 'at' in Array.prototype && 'structuredClone' in window;
  }

  /** @param {unknown} error what a script ended with */
  function judge(error) {
    var isSyntax = error instanceof SyntaxError;
    if (isOld() || (isSyntax && !isNew())) show('old');
    else show(isSyntax ? 'missing' : 'broken');  // half a file
  }

  /** @param {HTMLLinkElement} link a style sheet that did not come; the page goes on without, and it is asked for once more */
  function replace(link) {
    if (link.getAttribute('data-again') || !link.parentNode) return;
    var other = /** @type {HTMLLinkElement} */ (link.cloneNode());
    other.setAttribute('data-again', 'true');
    link.parentNode.replaceChild(other, link);
  }

  // Loads that fail are told to their element only, on the way down.
  window.addEventListener('error', function (event) {
    var target = /** @type {any} */ (event.target);
    if (target && target.tagName === 'LINK' && target.rel === 'stylesheet') replace(target);
    else if (!opening()) return;
    else if (target && target.tagName === 'SCRIPT') show('missing');
    // What extensions put into the page is none of ours.
    else if (target === window && (!event.filename || event.filename.indexOf(location.origin) === 0)) judge(event.error);
  }, true);
  window.addEventListener('unhandledrejection', function (event) {
    if (opening()) judge(event.reason);
  });
  window.addEventListener('online', function () {
    if (opening() && shown === 'missing') again();
  });
  document.addEventListener('DOMContentLoaded', function () {
    if (isOld()) show('old');
  });
  window.setTimeout(function () {
    var links = document.querySelectorAll('link[rel=stylesheet]');
    for (var i = 0; i < links.length; ++i) {
      var link = /** @type {HTMLLinkElement} */ (links[i]);
      if (!link.sheet) replace(link);  // it holds up everything
    }
    show('slow');
  }, SLOW_MS);
  window.setTimeout(function () {
    show('missing');
  }, GIVEN_UP_MS);
}());
