/** The types of problem that the API answers with, by RFC 9457 (docs/contracts/latchkey.md §1.2). */

interface Kind {
  readonly status: number;
  readonly title: string;
}

export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'No valid credential' },
  forbidden: { status: 403, title: 'Not permitted' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'request-timeout': { status: 408, title: 'The body did not arrive in time' },
  conflict: { status: 409, title: 'It does not fit the present state' },
  'quota-exceeded': { status: 409, title: 'A limit is reached' },
  gone: { status: 410, title: 'Not available any more' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is not JSON' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key belongs to another request' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Unavailable at the moment' },
} as const satisfies Readonly<Record<string, Kind>>;

export type ProblemType = keyof typeof PROBLEMS;

/** What in the request is wrong: a member of the body by its JSON pointer, or a parameter of the query. */
export type Fault =
  { readonly pointer: string; readonly detail: string } | { readonly parameter: string; readonly detail: string };

/** What goes with a problem. */
interface Particulars {
  readonly errors?: readonly Fault[];
  /** Seconds to wait. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: that of the type. */
  readonly status?: number;
}

/** A refusal in the form of this API. */
export class Problem extends Error {
  constructor(
    readonly type: ProblemType,
    /** What is wrong and what to do; it may be shown to the caller. */
    readonly detail: string,
    readonly particulars: Particulars = {},
  ) {
    super(detail);
    this.name = 'Problem';
  }
}

/** The identifier of a type, the same wherever the API is mounted. */
export function problemUri(type: ProblemType): string {
  return `/latchkey/v1/problems#${type}`;
}

/** A parameter of the query is wrong. */
export function wrongParameter(parameter: string, detail: string): Problem {
  return new Problem('invalid-request', detail, { errors: [{ parameter, detail }] });
}

/** A member of the body is wrong. @param name - of the member */
export function wrongMember(name: string, detail: string): Problem {
  return new Problem('invalid-request', detail, { errors: [{ pointer: pointerTo(name), detail }] });
}

/** As a URI fragment (RFC 6901 §6). @param name - with a dot before each nested member */
export function pointerTo(name: string): string {
  const parts = name.split('.').map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'));
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}
