/** Tells what an error of the exchange with a provider means. */

/** Of such an error. */
export interface ErrorMeaning {
  readonly reason: 'cancelled' | 'provider_unavailable' | 'provider_refused';
  /** For the log: nothing that a browser or a provider has sent but codes; `undefined` if the error itself says it. */
  readonly details?: string;
}

/** As much of the library's errors as is read here. */
interface ErrorParts {
  readonly code?: unknown;
  /** A code of RFC 6749. */
  readonly error?: unknown;
  readonly status?: unknown;
  readonly cause?: unknown;
  /** The claim that is wrong. */
  readonly claim?: unknown;
  readonly message?: unknown;
}

/** Codes of OAuth and OpenID Connect; other text is not repeated. */
const CODE = /^[a-z_]{1,60}$/;

const PASSING = new Set(['temporarily_unavailable', 'server_error']);
const NO_ANSWER = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT']);

export function meaningOf(error: unknown): ErrorMeaning {
  const parts = partsOf(error);
  const said = typeof parts.error === 'string' && CODE.test(parts.error) ? parts.error : undefined;
  if (said === 'access_denied') return { reason: 'cancelled' };
  if (said !== undefined && PASSING.has(said)) return { reason: 'provider_unavailable', details: said };
  if (said !== undefined) return { reason: 'provider_refused', details: said + (ADVICE[said] ?? '') };
  if (isOutage(parts)) return { reason: 'provider_unavailable' };
  const { message, code, cause } = parts;
  const { claim } = partsOf(cause);
  const known = [message, code, claim].filter((part) => typeof part === 'string');
  return { reason: 'provider_refused', details: known.join(', ') };
}

const ADVICE: Readonly<Record<string, string>> = {
  invalid_client: '; check OPENID_CLIENT_ID and OPENID_CLIENT_SECRET',
  unauthorized_client: '; allow the client the authorization code flow at the provider',
  invalid_scope: '; check OPENID_SCOPES',
  invalid_grant: '; the code was used before, is too old, or belongs to another redirect address',
};

/** What went wrong with a request, in one line: what `fetch` says, and why. */
export function faultOf(error: unknown): string {
  const { message, cause } = partsOf(error);
  const { message: reason, code } = partsOf(cause);
  const why = [reason, code].find((each) => typeof each === 'string' && each !== '');
  const what = typeof message === 'string' ? message : String(error);
  return typeof why === 'string' ? `${what}: ${why}` : what;
}

/** Nobody answered, or with a status of 500 or more. */
function isOutage(parts: ErrorParts): boolean {
  if (typeof parts.code === 'string' && NO_ANSWER.has(parts.code)) return true;
  if (parts.message === 'fetch failed') return true;
  const { status } = partsOf(parts.cause);
  return typeof status === 'number' && status >= 500;
}

function partsOf(value: unknown): ErrorParts {
  return typeof value === 'object' && value !== null ? value : {};
}
