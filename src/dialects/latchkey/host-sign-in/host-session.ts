/** A sign-in at the host as this API holds it: for one request, or as long as a stream that the request has opened. */
import type { TokenStatus } from '../../../identity/index.js';
import { ForeignSession } from '../../../streams/index.js';

/** In the place of a token of the caller. */
export class HostSession extends ForeignSession {
  readonly id: string;

  /** @param ask - what it is now */
  constructor(
    userId: number,
    readonly scopes: readonly string[] | null,
    readonly expiresAt: Date | null,
    readonly recheckMs: number,
    private readonly ask: () => Promise<TokenStatus>,
  ) {
    super();
    this.id = `host:${String(userId)}`;
  }

  status(): Promise<TokenStatus> {
    return this.ask();
  }
}
