// What browsers, and those inside of apps, say of themselves: as collected in public lists and bug reports, with current
// versions put in where only those have changed.

const android = (rest) => `Mozilla/5.0 (Linux; Android 13; SM-S911N Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/121.0.6167.101 Mobile Safari/537.36${rest}`;
const iPhone = (rest, version = '17_2') => `Mozilla/5.0 (iPhone; CPU iPhone OS ${version} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ${rest}`;

/** @type {Record<string, {app: string | null, platform: string, agent: string, touch?: number}>} */
export const AGENTS = {
  'KakaoTalk on Android': { app: 'kakaotalk', platform: 'android', agent: android(';KAKAOTALK 2410450') },
  'KakaoTalk on iPhone': { app: 'kakaotalk', platform: 'ios', agent: iPhone('Mobile/15E148 BizWebView KAKAOTALK 10.5.1') },
  'KakaoTalk on iPhone, older': { app: 'kakaotalk', platform: 'ios', agent: 'Mozilla/5.0 (iPhone; CPU; iPhone OS 15_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 KAKAOTALK 9.7.6' },
  'Naver on Android': { app: 'naver', platform: 'android', agent: 'Mozilla/5.0 (Linux; Android 12; SM-G988N Build/SP1A.210812.016; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/90.0.4430.232 Whale/1.0.0.0 Crosswalk/26.90.3.21 Mobile Safari/537.36 NAVER(inapp; search; 1010; 11.11.2)' },
  'Naver on iPhone': { app: 'naver', platform: 'ios', agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 13_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Mobile/15E148 Safari/605.1 NAVER(inapp; search; 720; 10.25.0; 11PRO)' },
  'LINE on Android': { app: 'line', platform: 'android', agent: android(' Line/13.21.1/IAB') },
  'LINE on iPhone': { app: 'line', platform: 'ios', agent: iPhone('Mobile/15E148 Safari Line/13.21.0') },
  'Instagram on Android': { app: 'instagram', platform: 'android', agent: android(' Instagram 312.1.0.34.111 Android (33/13; 480dpi; 1080x2115; samsung; SM-S911N; dm1q; qcom; ko_KR; 548323749)') },
  'Instagram on iPhone': { app: 'instagram', platform: 'ios', agent: iPhone('Mobile/15E148 Instagram 312.0.0.20.112 (iPhone15,2; iOS 17_2; ko_KR; ko; scale=3.00; 1179x2556; 548339486)') },
  'Facebook on Android': { app: 'facebook', platform: 'android', agent: android(' [FB_IAB/FB4A;FBAV/444.0.0.30.118;]') },
  'Messenger on Android': { app: 'facebook', platform: 'android', agent: android(' [FB_IAB/Orca-Android;FBAV/440.0.0.21.109;]') },
  'Facebook on iPhone': { app: 'facebook', platform: 'ios', agent: iPhone('Mobile/15E148 [FBAN/FBIOS;FBAV/444.0.0.31.112;FBBV/541235123;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS;FBSV/17.2;FBSS/3;FBID/phone;FBLC/ko_KR;FBOP/5]') },
  'Daum on Android': { app: 'daum', platform: 'android', agent: android(' DaumApps/7.12.2 DaumDevice/mobile') },
  'Daum on iPhone': { app: 'daum', platform: 'ios', agent: iPhone('Mobile/15E148 DaumApps/7.12.0') },
  'an app with a WebView': { app: 'other', platform: 'android', agent: android('') },
  'an app on Android 4.4': { app: 'other', platform: 'android', agent: 'Mozilla/5.0 (Linux; Android 4.4.4; One Build/KTU84L.H4) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/33.0.0.0 Mobile Safari/537.36' },
  'an app on iPhone': { app: 'other', platform: 'ios', agent: iPhone('Mobile/15E148') },
  'WeChat on Android': { app: 'other', platform: 'android', agent: android(' MicroMessenger/8.0.44 NetType/WIFI Language/ko') },
  'Google on iPhone': { app: 'other', platform: 'ios', agent: iPhone('GSA/298.0.595435837 Mobile/15E148 Safari/604.1') },
  'Band on Android': { app: 'other', platform: 'android', agent: android(' BAND/15.1.1 (Android 13; SM-S911N)') },
  'KakaoStory on Android': { app: 'other', platform: 'android', agent: android(' KAKAOSTORY/6.8.3_21046') },

  'Chrome on Android': { app: null, platform: 'android', agent: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Mobile Safari/537.36' },
  'Samsung Internet': { app: null, platform: 'android', agent: 'Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S911N) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36' },
  'Whale on Android': { app: null, platform: 'android', agent: 'Mozilla/5.0 (Linux; Android 13; SM-S911N) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Whale/1.0.0.0 Crosswalk/29.120.0.26 Mobile Safari/537.36' },
  'Firefox on Android': { app: null, platform: 'android', agent: 'Mozilla/5.0 (Android 13; Mobile; rv:122.0) Gecko/122.0 Firefox/122.0' },
  'Edge on Android': { app: null, platform: 'android', agent: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Mobile Safari/537.36 EdgA/121.0.0.0' },
  'Opera on Android': { app: null, platform: 'android', agent: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36 OPR/80.0.0.0' },
  'Safari on iPhone': { app: null, platform: 'ios', agent: iPhone('Version/17.2 Mobile/15E148 Safari/604.1') },
  'Chrome on iPhone': { app: null, platform: 'ios', agent: iPhone('CriOS/121.0.6167.66 Mobile/15E148 Safari/604.1') },
  'Firefox on iPhone': { app: null, platform: 'ios', agent: iPhone('FxiOS/122.0 Mobile/15E148 Safari/605.1.15') },
  'Safari on iPad': { app: null, platform: 'ios', touch: 5, agent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Safari/605.1.15' },
  'Safari on Mac': { app: null, platform: 'computer', agent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Safari/605.1.15' },
  'Chrome on Windows': { app: null, platform: 'computer', agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Safari/537.36' },
  'Edge on Windows': { app: null, platform: 'computer', agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Safari/537.36 Edg/121.0.0.0' },
  'Firefox on Windows': { app: null, platform: 'computer', agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:122.0) Gecko/20100101 Firefox/122.0' },
};
