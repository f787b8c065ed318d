/** Checks pass codes (docs/contracts/crm.md §3), and codes that may be guessed: wrong ones are counted like wrong passwords. */
import { Inject, Injectable } from '@nestjs/common';
import type { FindOptionsWhere } from 'typeorm';
import { HashingService, UnitOfWork, type Secret } from '../../core/index.js';
import { GuessThrottle, failuresForgottenAt, type Attempt, type Guess, type GuessLimit } from '../../identity/index.js';
import type { Values } from '../../settings/index.js';
import { AccessToken } from './access-token.entity.js';
import { scopeOf } from './consumer-scope.js';
import { PassCodeRefused } from './crm.changes.js';
import { tokenNotFound } from './crm.errors.js';
import type { CrmCaller } from './crm.guard.js';
import { CRM_OPTIONS } from './crm.options.js';
import type { CRM_SETTINGS } from './crm.settings.js';

/** Somebody who presents a code or a pass code. */
export interface Guesser extends Pick<CrmCaller, 'account' | 'user' | 'actor' | 'consumer'> {
  /** The id of the key of an application, whose consumers count together. */
  readonly keyId?: string;
}

/** What was looked up for a guess, and when an administrator last had the failures of its author forgotten. */
interface Looked {
  readonly token: AccessToken | null;
  readonly clearedAt: number;
}

@Injectable()
export class PassCodeCheck {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly hashing: HashingService,
    private readonly throttle: GuessThrottle,
    @Inject(CRM_OPTIONS) private readonly options: Values<typeof CRM_SETTINGS>,
  ) {}

  /**
   * The token with this identifier and pass code, among those that the caller may see. A wrong pass code gives the same
   * answer, in the same time, as an unknown identifier, and is counted in the same way.
   * @throws DomainError `token_not_found`, `throttled`, `unavailable`
   */
  async find(guesser: Guesser, identifier: string, passCode: Secret): Promise<AccessToken> {
    const looked = await this.look(guesser, { identifier, ...scopeOf(guesser.consumer) });
    const { token } = looked;
    const parties = [guesser.account.id, identifier, token?.passCodeHash ?? ''];
    const attempt = await this.begin(guesser, looked, parties, this.options.passCodeFailuresPerIdentifier);
    const matches = await this.matches(guesser, token, passCode, attempt);
    if (token && matches) {
      await attempt.succeeded();
      return token;
    }
    attempt.failed();
    await this.unitOfWork.write(guesser.actor, (tx) => {
      tx.record(new PassCodeRefused(guesser.account, token));
      return Promise.resolve();
    });
    throw tokenNotFound();
  }

  /**
   * The token with this code, for a caller who may see none but has to present one; codes may be short.
   * @param isAccepted - whether the token counts as found
   * @returns `null` if there is none, which is counted
   * @throws DomainError `throttled`, `unavailable`
   */
  async findByCode(
    guesser: Guesser,
    code: string,
    isAccepted: (token: AccessToken) => boolean,
  ): Promise<AccessToken | null> {
    const looked = await this.look(guesser, { handle: code });
    const attempt = await this.begin(guesser, looked, [guesser.account.id, 'code', code], null);
    if (looked.token && isAccepted(looked.token)) {
      await attempt.succeeded();
      return looked.token;
    }
    attempt.failed();
    return null;
  }

  /** @param inTotal - how many failures all callers together may have; `null` for no such limit */
  private begin(
    guesser: Guesser,
    { clearedAt }: Looked,
    parties: readonly string[],
    inTotal: number | null,
  ): Promise<Attempt> {
    const { passCodeFailures } = this.options;
    const caller = this.callerLimit(guesser, clearedAt);
    const limits: [GuessLimit, ...GuessLimit[]] = [
      { bucket: 'caller_and_token', parties: [...parties, ...caller.parties], failures: passCodeFailures },
      caller,
      ...(inTotal === null ? [] : [{ bucket: 'token', parties, failures: inTotal } satisfies GuessLimit]),
    ];
    const guess: Guess = { purpose: 'token_password', failures: 'wrong pass codes', origin: guesser.actor, limits };
    return this.throttle.begin(guess);
  }

  /** What a consumer guesses does not lock out the application that they use, nor its other consumers. */
  private callerLimit({ user, consumer, keyId }: Guesser, clearedAt: number): GuessLimit {
    const { consumerLoginFailures, passCodeFailuresPerCaller } = this.options;
    const of = (party: string, failures: number): GuessLimit => ({
      bucket: 'caller',
      parties: [`${party} ${String(clearedAt)}`],
      failures,
    });
    if (keyId !== undefined) return of(`key ${keyId}`, consumerLoginFailures);
    if (consumer) return of(`access token ${consumer.id}`, passCodeFailuresPerCaller);
    return of(`user ${String(user.id)}`, passCodeFailuresPerCaller);
  }

  private async matches(
    { account, user }: Guesser,
    token: AccessToken | null,
    passCode: Secret,
    attempt: Attempt,
  ): Promise<boolean> {
    const turn = { purpose: 'token_password', caller: [account.id, String(user.id)] } as const;
    try {
      return await this.hashing.verifyPassword(token?.passCodeHash, passCode, turn);
    } catch (error) {
      await attempt.cancelled();
      throw error;
    }
  }

  /** A new pass code begins to count from zero, since its hash is part of what is counted. */
  private look({ account, user }: Guesser, where: FindOptionsWhere<AccessToken>): Promise<Looked> {
    return this.unitOfWork.read(async (manager) => ({
      token: await manager
        .createQueryBuilder(AccessToken, 'token')
        .addSelect('token.passCodeHash')
        .where({ accountId: account.id, ...where })
        .getOne(),
      clearedAt: await failuresForgottenAt(manager, user.id),
    }));
  }
}
