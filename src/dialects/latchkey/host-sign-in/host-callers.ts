/** Finds the callers whom the host has signed in. Its answer counts for one request, and decides nothing but who it is. */
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Request } from 'express';
import {
  Clock,
  SampledWarnings,
  UnitOfWork,
  UserDirectory,
  errorSummary,
  shownIdOf,
  type Actor,
  type DirectoryUser,
} from '../../../core/index.js';
import { originOf } from '../../../http/index.js';
import { hostSignInChannel, type HostSignInMessage, type TokenStatus } from '../../../identity/index.js';
import type { Values } from '../../../settings/index.js';
import { LATCHKEY_API_OPTIONS } from '../latchkey.options.js';
import { Problem } from '../latchkey.problems.js';
import type { LATCHKEY_API_SETTINGS } from '../latchkey.settings.js';
import type { LatchkeyCaller } from '../session/api-caller.js';
import { HOST_SIGN_IN, checkAddresses } from './checked-sign-in.js';
import { readAnswer, type ReadAnswer } from './host-answer.js';
import { hostCsrfToken, requireOwnOrigin } from './host-pages.js';
import { HostSession } from './host-session.js';
import { HostSignIn, type HostSignInParts } from './host-sign-in.js';

/** When a client may try again that the host could not answer for. */
const RETRY_AFTER_SECONDS = 5;

@Injectable()
export class HostCallers implements OnModuleInit {
  private readonly failures = new SampledWarnings({
    warn: (text: string) => {
      new Logger('sign-in of the host').error(text);
    },
  });

  constructor(
    @Inject(HOST_SIGN_IN) private readonly signIn: HostSignInParts | null,
    private readonly users: UserDirectory,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    @Inject(LATCHKEY_API_OPTIONS) private readonly options: Values<typeof LATCHKEY_API_SETTINGS>,
  ) {}

  /** @throws OptionsError */
  onModuleInit(): void {
    if (this.signIn) checkAddresses(this.signIn);
  }

  /** Where people sign in and out; `null` if the host has no sign-in for this API. */
  get place(): Pick<HostSignInParts, 'name' | 'signInUrl' | 'signOutUrl'> | null {
    return this.signIn;
  }

  /**
   * The user whom the host has signed in; `undefined` if there is nobody.
   * @throws Problem `unauthenticated`, `forbidden`, `unavailable`
   */
  async callerOf(request: Request): Promise<LatchkeyCaller | undefined> {
    const { signIn } = this;
    if (!signIn) return undefined;
    const startedAt = performance.now();
    try {
      const caller = await this.signedIn(signIn, request);
      publish(caller ? 'signed_in' : 'nobody', startedAt, request);
      return caller;
    } catch (error) {
      const isRefusal = error instanceof Problem && error.type !== 'unavailable';
      publish(isRefusal ? 'refused' : 'failed', startedAt, request);
      throw error;
    }
  }

  private async signedIn(signIn: HostSignInParts, request: Request): Promise<LatchkeyCaller | undefined> {
    const answer = await this.asked(async () => readAnswer(await signIn.signedIn(request), this.clock.now()));
    if (!answer) return undefined;
    const user = await this.userOf(answer.user);
    if (!user) throw refused('the user whom the host has signed in is not in its directory');
    if (user.status !== 'active') throw refused('the user whom the host has signed in is blocked or not approved');
    requireOwnOrigin(request, shownIdOf(user));
    return this.callerFor(request, user, answer);
  }

  private callerFor(
    request: Request,
    user: DirectoryUser,
    { user: id, expiresAt, scopes }: ReadAnswer,
  ): LatchkeyCaller {
    const { address, requestId = null, userAgent = null } = originOf(request);
    const actor: Actor = {
      kind: 'user',
      userId: user.id,
      userName: user.name,
      tokenId: null,
      admin: user.admin,
      address,
      requestId,
      userAgent,
      hostSignIn: { scopes },
    };
    const recheckMs = this.options.hostSignInRecheckSeconds * 1000;
    const token = new HostSession(user.id, scopes, expiresAt, recheckMs, () => this.statusOf(request, id, expiresAt));
    return { user, actor, token, via: 'host', csrfToken: hostCsrfToken(shownIdOf(user)) };
  }

  /** Whether the host still says the same of the request. @throws Problem `unavailable` */
  private async statusOf(request: Request, id: string, expiresAt: Date | null): Promise<TokenStatus> {
    const { signIn } = this;
    const isStill = await this.asked(async () => {
      if (!signIn) return false;
      return signIn.stillSignedIn
        ? signIn.stillSignedIn(request, id)
        : HostSignIn.prototype.stillSignedIn.call(signIn, request, id);
    });
    const user = isStill ? await this.userOf(id) : null;
    if (!user) return { status: 'refused' };
    return user.status === 'active' ? { status: 'authenticated', user, expiresAt } : { status: 'unusable' };
  }

  private async userOf(id: string): Promise<DirectoryUser | null> {
    const number = await this.users.numberOf(id, this.unitOfWork);
    return number === null ? null : this.users.find(number);
  }

  /** What the host says, in time. @throws Problem `unavailable` */
  private async asked<T>(ask: () => Promise<T>): Promise<T> {
    const seconds = this.options.hostSignInSeconds;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`it has not answered within ${String(seconds)} s (option hostSignInSeconds)`));
      }, seconds * 1000);
    });
    try {
      return await Promise.race([ask(), late]);
    } catch (error) {
      const part = this.signIn?.constructor.name ?? 'HostSignIn';
      this.failures.warn(`${part} could not say who is signed in, so nobody was let in: ${errorSummary(error)}`);
      throw new Problem('unavailable', 'the host could not say who is signed in; try again', {
        retryAfter: RETRY_AFTER_SECONDS,
      });
    } finally {
      clearTimeout(timer);
    }
  }
}

function refused(detail: string): Problem {
  return new Problem('unauthenticated', detail);
}

function publish(outcome: HostSignInMessage['outcome'], startedAt: number, request: Request): void {
  if (!hostSignInChannel.hasSubscribers) return;
  const { address, requestId = null } = originOf(request);
  hostSignInChannel.publish({ outcome, durationMs: performance.now() - startedAt, address, requestId });
}
