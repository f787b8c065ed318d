/** What the streams of a dialect have of their own: how they are written, how they refuse, and their limits. */
import type { DirectoryUser, Token } from '../core/index.js';
import type { TokenStatus } from '../identity/index.js';

/** A sign-in of which this server has no row: whoever knows of it is asked again as long as the stream is open. */
export abstract class ForeignSession {
  /** The same for all requests of the user that are signed in in this way. */
  abstract readonly id: string;
  /** How often it is asked. */
  abstract readonly recheckMs: number;
  /** What it is now. @throws Error if that cannot be said, which ends the stream */
  abstract status(): Promise<TokenStatus>;
}

/** Who opens a stream, and by what. */
export interface StreamCaller {
  readonly user: DirectoryUser;
  readonly token: Token | ForeignSession;
}

/** How the streams of a dialect are written, and how they end. */
export interface StreamForm {
  /** As `Content-Type`. */
  readonly mediaType: string;
  /** What keeps an idle connection alive. */
  readonly keepalive: Buffer;
  /** The error for a caller whose credential is not accepted any more. */
  unauthenticated(): Error;
  /** The error for a caller who is blocked or not approved any more. */
  unusable(): Error;
}

/** When a client is disconnected that does not read. */
export interface SlownessLimits {
  /** Maximum bytes queued for it, not counting its first line. */
  readonly streamWaitingBytes: number;
  /** How long it may read nothing of what is queued for it. */
  readonly streamStalledSeconds: number;
}

/** How many streams may be open at the same time. */
export interface StreamLimitValues {
  readonly streamsPerUser: number;
  readonly streamsPerToken: number;
}

/** Who may watch a resource. */
export interface WatchAccess {
  /** Whether changes to accounts and memberships can take the access of its subscribers. */
  readonly followsMemberships: boolean;
  /** Why a signed-in user may not watch it (any more); `null` if they may. */
  refusal(user: DirectoryUser): Error | null | Promise<Error | null>;
}
