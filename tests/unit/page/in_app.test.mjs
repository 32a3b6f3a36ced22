import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, wayOut } from '../../../ui/patient/in_app.js';
import { AGENTS } from '../../browser/support/agents.mjs';

const ADDRESS = 'https://visit.example.org:8443/#482731906';

test('apps are known by what they say of themselves, and browsers are not taken for apps', () => {
  for (const [name, { app, platform, agent, touch = 0 }] of Object.entries(AGENTS)) {
    const place = placeOf({ userAgent: agent, maxTouchPoints: touch });
    assert.deepEqual([place.app, place.platform], [app, platform], name);
  }
});

test('every app has been looked at on both kinds of phone', () => {
  for (const app of ['kakaotalk', 'naver', 'line', 'instagram', 'facebook', 'daum', 'other']) {
    for (const platform of ['android', 'ios']) assert.ok(Object.values(AGENTS).some((each) => each.app === app && each.platform === platform), `${app} ${platform}`);
  }
});

test('KakaoTalk and LINE have their own way out', () => {
  for (const platform of ['android', 'ios']) {
    const kakao = new URL(wayOut({ app: 'kakaotalk', platform, iosVersion: 0 }, ADDRESS));
    assert.deepEqual([kakao.protocol, kakao.host, kakao.pathname, kakao.searchParams.get('url')], ['kakaotalk:', 'web', '/openExternal', ADDRESS]);
    assert.equal(wayOut({ app: 'line', platform, iosVersion: 0 }, ADDRESS), 'https://visit.example.org:8443/?openExternalBrowser=1#482731906');
  }
});

/** As Android's Intent.parseUri() reads it: what is behind the last "#" is the intent. */
function parseIntent(uri) {
  const at = uri.lastIndexOf('#');
  assert.ok(uri.startsWith('intent:') && uri.startsWith('#Intent;', at) && uri.endsWith(';end'), uri);
  const parts = Object.fromEntries(uri.slice(at + '#Intent;'.length, -';end'.length).split(';').map((each) => each.split('=')));
  return { ...parts, data: `${parts.scheme}:${uri.slice('intent:'.length, at)}` };
}

test('on Android any other app hands the address on to the browser that the person has chosen, with its code', () => {
  for (const app of ['naver', 'instagram', 'facebook', 'daum', 'other']) {
    const intent = parseIntent(wayOut({ app, platform: 'android', iosVersion: 0 }, ADDRESS));
    assert.equal(intent.data, ADDRESS);
    assert.equal(intent.action, 'android.intent.action.VIEW');
    assert.equal(intent.package, undefined);
  }
  assert.equal(parseIntent(wayOut({ app: 'naver', platform: 'android', iosVersion: 0 }, 'https://10.0.0.5:8443/')).data, 'https://10.0.0.5:8443/');
});

test('on an iPhone Safari takes it from version 17 on; before, only the app\'s own menu does', () => {
  assert.equal(wayOut({ app: 'instagram', platform: 'ios', iosVersion: 17 }, ADDRESS), 'x-safari-https://visit.example.org:8443/#482731906');
  assert.equal(wayOut({ app: 'instagram', platform: 'ios', iosVersion: 16 }, ADDRESS), null);
  assert.equal(placeOf({ userAgent: AGENTS['Instagram on iPhone'].agent }).iosVersion, 17);
  assert.equal(placeOf({ userAgent: AGENTS['Naver on iPhone'].agent }).iosVersion, 13);
});

test('a browser of its own is no place to leave', () => {
  assert.equal(wayOut({ app: null, platform: 'android', iosVersion: 0 }, ADDRESS), null);
});
