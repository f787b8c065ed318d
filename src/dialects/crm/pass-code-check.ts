/** Checks pass codes (docs/contracts/crm.md §3): wrong ones are counted and audited like wrong passwords. */
import { Inject, Injectable } from '@nestjs/common';
import { DomainError, HashingService, UnitOfWork, type Secret } from '../../core/index.js';
import { GuessThrottle, failuresForgottenAt, type Attempt, type GuessLimit } from '../../identity/index.js';
import type { Values } from '../../settings/index.js';
import { AccessToken } from './access-token.entity.js';
import { PassCodeRefused } from './crm.changes.js';
import type { CrmCaller } from './crm.guard.js';
import { CRM_OPTIONS } from './crm.options.js';
import type { CRM_SETTINGS } from './crm.settings.js';

@Injectable()
export class PassCodeCheck {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly hashing: HashingService,
    private readonly throttle: GuessThrottle,
    @Inject(CRM_OPTIONS) private readonly options: Values<typeof CRM_SETTINGS>,
  ) {}

  /**
   * The token with this identifier and pass code. A wrong pass code gives the same answer, in the same time, as an
   * unknown identifier, and is counted in the same way.
   * @throws DomainError `token_not_found`, `throttled`, `unavailable`
   */
  async find(caller: CrmCaller, identifier: string, passCode: Secret): Promise<AccessToken> {
    const { token, clearedAt } = await this.withPassCode(caller, identifier);
    const limits = this.limits(caller, identifier, token?.passCodeHash ?? '', clearedAt);
    const guess = { purpose: 'token_password', failures: 'wrong pass codes', origin: caller.actor, limits } as const;
    const attempt = await this.throttle.begin(guess);
    const matches = await this.matches(caller, token, passCode, attempt);
    if (token && matches) {
      await attempt.succeeded();
      return token;
    }
    attempt.failed();
    await this.unitOfWork.write(caller.actor, (tx) => {
      tx.record(new PassCodeRefused(caller.account, token));
      return Promise.resolve();
    });
    throw new DomainError('token_not_found', 'no such access token');
  }

  private async matches(
    { account, user }: CrmCaller,
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

  /**
   * A new pass code begins to count from zero, since its hash is part of what is counted; so does a caller whose failures
   * were forgotten.
   */
  private limits(
    { account, user }: CrmCaller,
    identifier: string,
    hash: string,
    clearedAt: number,
  ): [GuessLimit, ...GuessLimit[]] {
    const { passCodeFailures, passCodeFailuresPerCaller, passCodeFailuresPerIdentifier } = this.options;
    const [caller, token] = [`user ${String(user.id)} ${String(clearedAt)}`, [account.id, identifier, hash]];
    return [
      { bucket: 'caller_and_token', parties: [...token, caller], failures: passCodeFailures },
      { bucket: 'caller', parties: [caller], failures: passCodeFailuresPerCaller },
      { bucket: 'token', parties: token, failures: passCodeFailuresPerIdentifier },
    ];
  }

  private withPassCode(
    { account, user }: CrmCaller,
    identifier: string,
  ): Promise<{ token: AccessToken | null; clearedAt: number }> {
    return this.unitOfWork.read(async (manager) => ({
      token: await manager
        .createQueryBuilder(AccessToken, 'token')
        .addSelect('token.passCodeHash')
        .where({ accountId: account.id, identifier })
        .getOne(),
      clearedAt: await failuresForgottenAt(manager, user.id),
    }));
  }
}
