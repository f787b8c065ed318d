/** Checks where in the console somebody wants to go on: nowhere else can a sign-in lead. */

const LENGTH_MAX = 1000;

/** A place that no address has. */
const BASE = new URL('http://console.invalid/console/');

/**
 * The path and query below the console, as browsers read them, without a leading slash.
 * @param given - relative to the console
 * @returns `undefined` for anything that leads elsewhere
 */
export function returnPath(given: string): string | undefined {
  if (given.length > LENGTH_MAX || !URL.canParse(given, BASE.href)) return undefined;
  const { origin, username, password, pathname, search } = new URL(given, BASE);
  const isWithin = origin === BASE.origin && username === '' && password === '' && pathname.startsWith(BASE.pathname);
  return isWithin ? pathname.slice(BASE.pathname.length).replace(/^\/+/, '') + search : undefined;
}
