/** The part by which a host lets its own sign-in open the administration. */
import type { IncomingMessage } from 'node:http';

/** A request, with what the middleware of the host has put on it. A subclass names what it reads. */
export type HostRequest = IncomingMessage;

/** Whom the host has signed in. */
export interface HostSignedIn {
  /** Their id in the `UserDirectory`. */
  readonly user: string | number;
  /** When the sign-in ends in any case, such as `exp` of a JWT; live streams end then. */
  readonly expiresAt?: Date | null | undefined;
  /**
   * Scopes to which the sign-in is limited, as a token with these scopes is: it manages tokens with some of them, and
   * nothing else. Default: `null`, all that the user may do.
   */
  readonly scopes?: readonly string[] | null | undefined;
}

/** Whom the host has signed in, or their id; nothing if there is nobody. */
export type HostAnswer = HostSignedIn | string | number | null | undefined;

/**
 * Says who is signed in at the host. `LatchkeyApiModule.forRoot({ signIn })` takes a class, with its dependencies in
 * `imports`, or an object.
 *
 * It is asked for each request that has no credential of Latchkey's, and its answer is never kept. What it throws is
 * answered with 503.
 */
export abstract class HostSignIn {
  /** What people call the place where they sign in. */
  readonly name?: string;
  /** Where people sign in: a path of this origin, or an address. `{return_to}` in it becomes the page they come from. */
  readonly signInUrl?: string;
  /** Where the console leads people who sign out. Without it, it says that the sign-in of the host is used. */
  readonly signOutUrl?: string;

  /** Who has sent the request. */
  abstract signedIn(request: HostRequest): HostAnswer | Promise<HostAnswer>;

  /**
   * Whether they still are; asked again and again while a live stream is open. The default asks {@link HostSignIn.signedIn}
   * once more: override it where that reads what was loaded when the request arrived, such as `request.session`.
   * @param user - their id in the directory
   */
  async stillSignedIn(request: HostRequest, user: string): Promise<boolean> {
    const answer = await this.signedIn(request);
    if (answer === null || answer === undefined) return false;
    return String(typeof answer === 'object' ? answer.user : answer) === user;
  }
}

/** An object, where a class is not needed. */
export type HostSignInParts = Pick<HostSignIn, 'signedIn' | 'name' | 'signInUrl' | 'signOutUrl'> &
  Partial<Pick<HostSignIn, 'stillSignedIn'>>;
