/** Who calls this API, and by what: a token, a login of the console, or the sign-in of the host. */
import type { Token } from '../../../core/index.js';
import type { Principal } from '../../../identity/index.js';
import type { HostSession } from '../host-sign-in/host-session.js';

/** How a caller has authenticated. */
export type Via = 'cookie' | 'bearer' | 'host';

/** A user, and what they have presented. */
export interface ApiCaller extends Omit<Principal, 'token'> {
  readonly token: Token | HostSession;
}

/** The caller of a request. */
export interface LatchkeyCaller extends ApiCaller {
  readonly via: Via;
  /** What their writes need, by cookie and by the sign-in of the host. */
  readonly csrfToken: string | null;
}
