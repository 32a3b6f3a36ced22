// Only browsers too old for modules run this (nomodule): say so instead of "opening" for ever.
document.addEventListener('DOMContentLoaded', function () {
  var opening = document.getElementById('opening');
  if (!opening) return;
  opening.textContent =
    '이 브라우저는 오래되어 화상 진료를 할 수 없어요. 최신 크롬, 사파리, 삼성 인터넷에서 열어 주세요. ' +
    'This browser is too old for a video visit. Please use a current Chrome, Safari or Samsung Internet.';
});
