/**
 * Compares the target of a request with the prefix of a dialect, character by character. Nothing is decoded, resolved or
 * folded: what a proxy in front does not recognise as the prefix must not be recognised here (docs/decisions/0024).
 */

/** What comes ahead of the path in the absolute form of a target (RFC 9112 §3.2.2). */
const SCHEME_AND_AUTHORITY = /^https?:\/\/[^/?]*/i;

/** The path and the query of a target. */
export function originForm(target: string): string {
  return target.startsWith('/') ? target : target.replace(SCHEME_AND_AUTHORITY, '');
}

/** The path of a target, as it was sent. */
export function pathOf(target: string): string {
  return originForm(target).split('?', 1)[0] ?? '';
}

/**
 * Whether the path of a target is a prefix or lies below it.
 * @param prefix - without a slash at its end
 */
export function isWithin(target: string, prefix: string): boolean {
  const url = originForm(target);
  if (!url.startsWith(prefix)) return false;
  const next = url[prefix.length];
  return next === undefined || next === '/' || next === '?';
}

/** Characters that no URL contains, and that Express's parser takes for a slash or for the end of the path. */
const MISREAD = /[\\#]/g;

/** Encoded characters that need no encoding (RFC 3986 §2.3): another spelling of an id, which routers would decode. */
const NEEDLESS = /%(?=2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/gi;

/** Paths without these stay as they are. */
const NEITHER = /^[^\\#%]*$/;

/** The target with such characters percent-encoded in its path, so that they mean nothing. */
export function withLiteralPath(target: string): string {
  if (NEITHER.test(target)) return target;
  const path = pathOf(target);
  const literal = path.replace(MISREAD, encodeURIComponent).replace(NEEDLESS, '%25');
  return literal === path ? target : literal + originForm(target).slice(path.length);
}

/**
 * The target with each run of slashes below a prefix as one slash. Slashes in the prefix and ahead of it stay.
 * @param target - one that {@link isWithin} the prefix
 */
export function withMergedSlashes(target: string, prefix: string): string {
  const path = pathOf(target);
  const below = path.slice(prefix.length);
  if (prefix === '' || !below.includes('//')) return target;
  return prefix + below.replace(/\/{2,}/g, '/') + originForm(target).slice(path.length);
}
