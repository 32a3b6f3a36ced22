// Whether a person can use every control of a page as it is: reach it by scrolling, see all of it with its text, and press
// it, because nothing lies over it. Runs in the page.

/** @returns {string[]} what is wrong, one sentence each */
export function findFaults() {
  const faults = [];
  const dialog = document.querySelector('dialog[open]');
  const root = dialog ?? document.body;
  const shown = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible';
  const isForEars = (element) => getComputedStyle(element).clipPath !== 'none';
  const nameOf = (element) => `${element.localName}${element.id ? `#${element.id}` : ''}`
    + ` "${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 30)}"`;
  // What one sees of a checkbox is its label's; what one presses is the label.
  const partsOf = (control) => [control, ...(control.labels ?? [])];
  const seen = (control) => (getComputedStyle(control).opacity === '0' && control.labels?.length ? control.labels[0] : control);

  // A link in a text goes over several lines: its beginning has to be whole.
  const isInText = (control) => getComputedStyle(control).display === 'inline';

  /** The part of the window in which an element is not cut off by what it is in. */
  const frameOf = (element) => {
    const frame = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    for (let at = element.parentElement; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (at !== document.body && at !== document.documentElement && style.overflow !== 'visible' && style.display !== 'contents') {
        const box = at.getBoundingClientRect();
        const left = box.left + at.clientLeft;
        const top = box.top + at.clientTop;
        frame.left = Math.max(frame.left, left);
        frame.top = Math.max(frame.top, top);
        frame.right = Math.min(frame.right, left + at.clientWidth);
        frame.bottom = Math.min(frame.bottom, top + at.clientHeight);
      }
      if (style.position === 'fixed') break;
    }
    return frame;
  };

  const check = (control, how) => {
    const element = seen(control);
    const box = isInText(control) ? element.getClientRects()[0] : element.getBoundingClientRect();
    const frame = frameOf(element);
    if (box.left < frame.left - 1 || box.top < frame.top - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1) {
      const round = ({ left, top, right, bottom }) => [left, top, right, bottom].map(Math.round).join(' ');
      faults.push(`${nameOf(control)} is cut off${how}: ${round(box)} in ${round(frame)}`);
      return;
    }
    const radius = Math.min(parseFloat(getComputedStyle(element).borderTopLeftRadius) || 0, box.width / 2, box.height / 2);
    const inset = 2 + 0.3 * radius;  // a round corner is not part of it
    const points = [[box.left + box.width / 2, box.top + box.height / 2], [box.left + inset, box.top + inset], [box.right - inset, box.top + inset],
      [box.left + inset, box.bottom - inset], [box.right - inset, box.bottom - inset]];
    for (const [x, y] of points) {
      const hit = document.elementFromPoint(x, y);
      if (hit && partsOf(control).some((part) => part.contains(hit))) continue;
      faults.push(`${nameOf(control)} is covered${how} at ${Math.round(x)} ${Math.round(y)}${hit ? ` by ${nameOf(hit)} .${hit.className}` : ''}`);
      return;
    }
  };

  /** Its text is inside it, and not less than it should be. */
  const checkText = (control) => {
    const element = seen(control);
    const box = element.getBoundingClientRect();
    if ('value' in control && control.localName === 'input' && control.scrollWidth > control.clientWidth + 1) {
      faults.push(`${nameOf(control)}: its text is cut, ${control.scrollWidth} in ${control.clientWidth}`);
    }
    if (control.matches('[role="log"], select, input, textarea') || isInText(control)) return;
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.data.trim() || isForEars(node.parentElement) || node.parentElement.closest('.incoming-text')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const part of range.getClientRects()) {
        const over = 0.2 * part.height;  // a font's own height is more than its letters'
        const isInside = part.left >= box.left - 1 && part.right <= box.right + 1 && part.top >= box.top - over && part.bottom <= box.bottom + over;
        if (isInside) continue;
        faults.push(`${nameOf(control)}: "${node.data.trim()}" juts out`);
        return;
      }
    }
  };

  const controls = [...root.querySelectorAll('button, a[href], input, select, textarea, summary, [role="log"]')].filter(shown);
  for (const scrolled of [document.documentElement, ...document.querySelectorAll('.content, .actions, .call, .placard, dialog[open]')]) {
    if (!shown(scrolled) || scrolled.scrollWidth <= scrolled.clientWidth + 1) continue;
    const right = scrolled.getBoundingClientRect().left + scrolled.clientWidth;
    const widest = [...scrolled.querySelectorAll('*')].filter((each) => shown(each) && !isForEars(each) && each.getBoundingClientRect().right > right + 1).at(-1);
    faults.push(`${nameOf(scrolled).slice(0, 20)}.${scrolled.className} is wider than its place: ${widest ? `${nameOf(widest)} .${widest.className}` : ''}`);
  }
  const before = document.activeElement;
  before?.blur?.();
  for (const control of controls) {
    seen(control).scrollIntoView({ block: isInText(control) ? 'start' : 'nearest', inline: 'nearest' });
    check(control, '');
    checkText(control);
  }
  for (const control of controls) {
    control.focus();
    if (document.activeElement === control && !isInText(control)) check(control, ' with the focus');
  }
  if (before instanceof HTMLElement && before !== document.body) before.focus({ preventScroll: true });
  else document.activeElement?.blur?.();
  document.scrollingElement.scrollTop = 0;
  for (const scrolled of document.querySelectorAll('.content, .call')) scrolled.scrollTop = 0;
  return faults;
}

/** Controls that a screen has to show at the least: none found would be none at fault. */
export const countControls = () => [...document.querySelectorAll('button, a[href], input, select, textarea')]
  .filter((element) => element.getClientRects().length > 0).length;
