/** Channels for logins, throttling and the cleanup job. */
import { declareChannel, type Origin } from '../core/index.js';

/** A finished login attempt. */
export interface LoginMessage extends Origin {
  readonly method: 'password' | 'token' | 'openid';
  /** The audience of the session: the dialect that accepts it. */
  readonly audience: string;
  /** `refused`: wrong password, token or answer of the provider, or the user may not log in; `failed`: the attempt could not be checked. */
  readonly outcome: 'opened' | 'refused' | 'throttled' | 'failed';
  /** The user who has logged in; `null` if the session was not opened. */
  readonly userId: number | null;
  /** Logins of the user that have ended because of the limit on logins. */
  readonly endedLogins: number;
}

/** Published for every login with a password, with a token, or by OpenID Connect. */
export const loginChannel = declareChannel<LoginMessage>('latchkey:login');

/** A request to Latchkey's own API without a credential of its own, about which the host was asked. */
export interface HostSignInMessage extends Origin {
  /**
   * `nobody`: nobody is signed in at the host; `refused`: a user who is blocked, not approved or unknown, or a page of another origin; `failed`: the host
   * could not say, and nobody was let in.
   */
  readonly outcome: 'signed_in' | 'nobody' | 'refused' | 'failed';
  /** How long the answer took. */
  readonly durationMs: number;
}

/** Published whenever the host has answered, or has not, who has sent a request. */
export const hostSignInChannel = declareChannel<HostSignInMessage>('latchkey:host-sign-in');

/**
 * What is attempted: a login by password, a login by token, a login by OpenID Connect, the change of one's own password,
 * the use of the password of a token, or a request to an API that counts credentials that are not accepted.
 */
export type GuessPurpose = 'login' | 'token' | 'openid' | 'change' | 'token_password' | 'api';

/**
 * Whose failures are counted together. A network is an IPv4 address or an IPv6 /64, a wide one an IPv4 /24 or an IPv6
 * /48; a known network is one from which somebody has signed in to the account before.
 */
export type GuessBucket =
  | 'account'
  | 'account_and_network'
  | 'account_and_wide_network'
  | 'account_and_known_network'
  | 'network'
  | 'wide_network'
  | 'caller'
  | 'caller_and_token'
  | 'token'
  /** As many attempts of one bucket wait for the outcome of others as may. */
  | 'under_way';

/** An attempt rejected because too many earlier ones failed, or are under way. */
export interface ThrottleMessage extends Origin {
  readonly purpose: GuessPurpose;
  /** What had too many failures. */
  readonly bucket: GuessBucket;
  readonly retryAfterSeconds: number;
}

/** Published for every rejected attempt. */
export const throttleChannel = declareChannel<ThrottleMessage>('latchkey:throttle');

/** One run of one task of the cleanup job. */
export interface CleanupMessage {
  /** `expired sessions`, `rows of deleted owners`, `empty failure counters`, `old known networks` or `old audit rows`. */
  readonly task: string;
  readonly outcome: 'done' | 'failed';
  /** Number of removed rows; 0 for a failed run. */
  readonly removed: number;
  readonly durationMs: number;
}

/** Published after every run of every task. */
export const cleanupChannel = declareChannel<CleanupMessage>('latchkey:cleanup');
