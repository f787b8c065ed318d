/** The types of problem that the API answers with, by RFC 9457 (docs/contracts/latchkey.md §1.2). */

interface Kind {
  readonly status: number;
  readonly title: string;
  /** What to do, in general; the `detail` of a problem says more. */
  readonly remedy: string;
}

export const PROBLEMS = {
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    remedy: 'Correct what `errors` names, or what `detail` says where it names nothing, and send the request again.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid credential',
    remedy:
      'Send a personal token or a login token as `Authorization: Bearer`. It may have expired, been disabled or revoked: then make a new one, or sign in again.',
  },
  forbidden: {
    status: 403,
    title: 'Not permitted',
    remedy:
      'Nothing in the request helps: ask somebody who has the right that `detail` names, or use a token of theirs. A write from the console also needs the header `Latchkey-CSRF`.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    remedy: 'Compare the id and the path. What you may not see is answered in the same way.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    remedy: 'Use one of the methods that the header `Allow` names.',
  },
  'request-timeout': {
    status: 408,
    title: 'The body did not arrive in time',
    remedy: 'Send the whole body at once, on a better connection or in smaller parts.',
  },
  conflict: {
    status: 409,
    title: 'It does not fit the present state',
    remedy: 'Read the resource again and decide anew; `detail` says what is in the way.',
  },
  'quota-exceeded': {
    status: 409,
    title: 'A limit is reached',
    remedy: 'Remove what is not needed any more, or ask who runs the server to raise the limit that `detail` names.',
  },
  gone: {
    status: 410,
    title: 'Not available any more',
    remedy: 'Begin with the first page, or load what you show again and open the stream without `Last-Event-ID`.',
  },
  'too-large': {
    status: 413,
    title: 'The body is too large',
    remedy: 'Send a smaller body.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is not JSON',
    remedy: 'Send JSON with `Content-Type: application/json`.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The idempotency key belongs to another request',
    remedy: 'Use a new `Idempotency-Key` for each request that differs.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    remedy: 'Wait as many seconds as `Retry-After` says.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    remedy: 'Tell who runs the server the `request_id`: its log has the error under it.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable at the moment',
    remedy:
      'Wait as many seconds as `Retry-After` says, and send the request again; with an `Idempotency-Key`, nothing is created twice.',
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type ProblemType = keyof typeof PROBLEMS;

/** What in the request is wrong: a member of the body by its JSON pointer, or a parameter of the query. */
export type Fault =
  | { readonly pointer: string; readonly detail: string }
  | { readonly parameter: string; readonly detail: string };

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

/** The answer for what does not exist, and for what the caller may not see. */
export function unknown(what: string): Problem {
  return new Problem('not-found', `there is no such ${what}, or you may not see it`);
}
