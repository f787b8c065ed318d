/** What is wrong with the layout of a page that a browser shows: it runs in the page, as text. */

/**
 * Lists what reaches beyond the window, is cut, wraps within a button, is covered, or is too small to be pressed.
 * WCAG 2.2 asks for 24 by 24 pixels (2.5.8), but for links in a line of text.
 */
export const FIND_LAYOUT_FAULTS = `(() => {
  const faults = [];
  const nameOf = (element) => element.tagName.toLowerCase() + '.' + element.className + ' "' +
    (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 60) + '"';
  const scope = [...document.querySelectorAll('[role="dialog"], [role="alertdialog"]')].at(-1) ?? document.body;
  // Browsers' own boxes lie below those that people see, and some buttons are for screen readers only.
  const isVeiled = (element) => {
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      const { clip, position } = getComputedStyle(at);
      if (position === 'absolute' && clip !== 'auto') return true;
    }
    return false;
  };
  const shown = (element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 1 && height > 1 && element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
      !element.closest('.unseen, .skip') && getComputedStyle(element).clipPath === 'none' && !isVeiled(element);
  };
  const scrolls = (element) => {
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      if (['auto', 'scroll'].includes(getComputedStyle(at).overflowX)) return true;
    }
    return false;
  };
  for (const element of scope.querySelectorAll('*')) {
    if (!shown(element) || element.closest('svg')) continue;
    const { left, right } = element.getBoundingClientRect();
    if ((right > innerWidth + 1 || left < -1) && !scrolls(element)) faults.push('beyond the window: ' + nameOf(element));
    const { overflowX } = getComputedStyle(element);
    if (['auto', 'scroll'].includes(overflowX) && element.tagName !== 'PRE' && element.scrollWidth > element.clientWidth + 1)
      faults.push('scrolls sideways: ' + nameOf(element));
    const isField = ['INPUT', 'SELECT'].includes(element.tagName);
    if (['hidden', 'clip'].includes(overflowX) && !isField && element.scrollWidth > element.clientWidth + 1)
      faults.push('cut: ' + nameOf(element));
  }
  for (const element of scope.querySelectorAll('button, a, input, textarea, select, summary, .check, .option, [role="menuitem"]')) {
    if (!shown(element)) continue;
    const { width, height } = element.getBoundingClientRect();
    const isInText = element.tagName === 'A' && getComputedStyle(element).display === 'inline';
    if (!isInText && (width < 24 || height < 24)) faults.push('small: ' + nameOf(element) + ' ' + width + ' x ' + height);
    if (element.classList.contains('button')) {
      const range = document.createRange();
      range.selectNodeContents(element);
      const lines = new Set([...range.getClientRects()].filter(({ width }) => width > 1).map(({ bottom }) => Math.round(bottom / 14)));
      if (lines.size > 2) faults.push('wraps: ' + nameOf(element));
    }
  }
  for (const toast of document.querySelectorAll('.toasts .message')) {
    const { left, right, top, bottom } = toast.getBoundingClientRect();
    for (const element of document.querySelectorAll('main a, main button, main input, main tr')) {
      const its = element.getBoundingClientRect();
      const isApart = its.right <= left || its.left >= right || its.bottom <= top || its.top >= bottom;
      if (!isApart && its.width > 0 && top > 60) faults.push('covered by a message: ' + nameOf(element));
    }
  }
  return faults;
})()`;
