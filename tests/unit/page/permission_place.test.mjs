import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permissionPlace, PLACE_WORDS } from '../../../ui/patient/permission_place.js';
import { TABLES } from '../../../ui/patient/strings.js';

const PHONE = 'Mozilla/5.0 (Linux; Android 14; SM-S918N) AppleWebKit/537.36 (KHTML, like Gecko)';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15';
const PC = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

test('each browser has its own place', () => {
  for (const [agent, isTouch, place] of [
    [`${PHONE} Chrome/126.0.0.0 Mobile Safari/537.36`, true, 'android'],
    [`${PHONE} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`, true, 'android'],
    ['Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0', true, 'android'],
    [`${IPHONE} Version/17.5 Mobile/15E148 Safari/604.1`, true, 'safari-phone'],
    [`${IPHONE} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1`, true, 'system'],
    [MAC, true, 'safari-phone'],  // an iPad
    [MAC, false, 'safari'],
    [PC, false, 'pc'],
    [`${PC} Edg/126.0.0.0`, true, 'pc'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', false, 'firefox'],
    ['something else', false, 'other'],
  ]) assert.equal(permissionPlace(agent, isTouch), place, agent);
});

test('each place has its words, and all of them name the button that comes next', () => {
  for (const key of Object.values(PLACE_WORDS)) {
    assert.match(TABLES.en[key], /press “Try again”/, key);
    assert.match(TABLES.ko[key], /“다시 켜 보기”를 눌러 주세요/, key);
  }
});
