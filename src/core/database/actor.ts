/** Who asks for a change: goes into every audit row and event. */

/** The author of a change. */
export interface Actor {
  /** The user on whose behalf it happens, `null` for the system and for anonymous callers. */
  readonly userId: number | null;
  /** The user's name as it was at the time. */
  readonly userName: string | null;
  /** The token that authenticated the request (its `id`, never its secret). */
  readonly tokenId: string | null;
  /** Whether he acts as an administrator of the server. */
  readonly admin: boolean;
  /** Network address of the caller, `null` for the system. */
  readonly address: string | null;
  /** The request by which it happens, if any; for the audit log. */
  readonly requestId?: string | null;
}

/** The server itself, for example at first start. */
export const SYSTEM: Actor = { userId: null, userName: null, tokenId: null, admin: false, address: null };

/** Somebody who has not signed in. */
export function anonymousAt(address: string | null): Actor {
  return { userId: null, userName: null, tokenId: null, admin: false, address };
}
