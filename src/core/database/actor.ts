/** The author of a change, who is recorded in every audit row. */

/** Where a request comes from. */
export interface Origin {
  /** Network address of the caller; `null` for the system. */
  readonly address: string | null;
  /** The id of the request, if any; for the log and the audit log. */
  readonly requestId?: string | null;
  /** The `User-Agent` of the request, as the client sent it. */
  readonly userAgent?: string | null;
}

/**
 * What an author is: a `user`; a `service`, which acts by a token of its own; the `system`, which is the server itself;
 * or `anonymous`, somebody who has not signed in. Only the system is exempt from checks.
 */
export type ActorKind = 'user' | 'service' | 'system' | 'anonymous';

/** The author of a change. */
export interface Actor extends Origin {
  readonly kind: ActorKind;
  /** The user on whose behalf it is made; `null` for the system, services and anonymous callers. */
  readonly userId: number | null;
  /** The user's name at the time of the change; `command line` for a command on the machine. */
  readonly userName: string | null;
  /** The token that authenticated the request (its `id`, never its secret). */
  readonly tokenId: string | null;
  /** Whether they act as an administrator of the server. */
  readonly admin: boolean;
  /** Of a user without a token, whom the host has signed in: who they are is confirmed as for a token. */
  readonly hostSignIn?: HostSignInLimits;
}

/** What a sign-in at the host is good for. */
export interface HostSignInLimits {
  /** As of a token: what its holder issues has some of these. `null`: it is not limited. */
  readonly scopes: readonly string[] | null;
}

/** The server itself, for example at first start. */
export const SYSTEM: Actor = {
  kind: 'system',
  userId: null,
  userName: null,
  tokenId: null,
  admin: false,
  address: null,
};

/** Somebody with access to the machine, who runs a command of `latchkey` on the database. */
export const COMMAND_LINE: Actor = { ...SYSTEM, userName: 'command line', admin: true };

/** A caller who has not signed in. */
export function anonymousFrom({ address, requestId = null, userAgent = null }: Origin): Actor {
  return {
    kind: 'anonymous',
    userId: null,
    userName: null,
    tokenId: null,
    admin: false,
    address,
    requestId,
    userAgent,
  };
}
