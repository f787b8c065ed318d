/**
 * Refuses requests that a web page of another site makes a browser send. A page cannot read the answers, but failed logins
 * would count, and the browser's network is that of its user.
 */
import type { Request } from 'express';

/** The pages that may make a browser change something: a value of `BROWSER_WRITES_FROM`. */
export type BrowserWrites = 'same-origin' | 'same-site' | 'any';

/** Methods that change nothing and carry no credential in a body. */
const HARMLESS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The relations of a page to this server that are refused. Browsers alone send `Sec-Fetch-Site`, and pages cannot set it
 * (https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header). Unknown values are ignored, as the specification asks.
 */
const REFUSED: Readonly<Record<BrowserWrites, ReadonlySet<string>>> = {
  'same-origin': new Set(['cross-site', 'same-site']),
  'same-site': new Set(['cross-site']),
  any: new Set(),
};

/** A page of another site sent a request that may change something. */
export class ForeignPage extends Error {
  constructor(
    /** The relation of the page to this server: `cross-site` or `same-site`. */
    readonly relation: string,
  ) {
    super(
      `a web page of another site made the browser send this request (Sec-Fetch-Site: ${relation}); send it from a page ` +
        'of this server or without a browser, or have the administrator set BROWSER_WRITES_FROM',
    );
    this.name = 'ForeignPage';
  }
}

/** Why a request is refused; `undefined` if it is not. */
export function foreignPage({ method, headers }: Request, from: BrowserWrites): ForeignPage | undefined {
  if (HARMLESS.has(method)) return undefined;
  // Repeated headers are joined by commas.
  const relations = String(headers['sec-fetch-site'])
    .split(',')
    .map((relation) => relation.trim().toLowerCase());
  const refused = relations.find((relation) => REFUSED[from].has(relation));
  return refused === undefined ? undefined : new ForeignPage(refused);
}

/** The message of a {@link ForeignPage}, for documents. */
export const FOREIGN_PAGE_EXAMPLE = new ForeignPage('cross-site').message;
