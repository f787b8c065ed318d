/** Whether somebody is at the page. What the page asks for by itself must not keep a session alive that nobody uses. */

/** So long after the last key or movement somebody counts as present. */
const PRESENT_MS = 5 * 60_000;

let last = Date.now();

for (const event of ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart']) {
  window.addEventListener(
    event,
    () => {
      last = Date.now();
    },
    { passive: true, capture: true },
  );
}

export function isSomebodyThere(): boolean {
  return document.visibilityState === 'visible' && Date.now() - last < PRESENT_MS;
}
