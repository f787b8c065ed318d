/** Finds the access tokens that a caller may see (docs/contracts/crm.md §4.1 to §4.3). */
import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan, type FindOptionsWhere } from 'typeorm';
import { LongReads, UnitOfWork, type PageRequest } from '../../core/index.js';
import type { AccessTokenIdentifier } from './access-token-identifier.js';
import { AccessToken } from './access-token.entity.js';
import type { OwnedBy } from './access-tokens.inputs.js';
import { scopeOf } from './consumer-scope.js';
import { tokenNotFound } from './crm.errors.js';
import type { CrmCaller } from './crm.guard.js';
import { PassCodeCheck } from './pass-code-check.js';

/** Selects the tokens and columns of a list. */
export interface AccessTokenQuery extends PageRequest {
  /** Only effective (`true`) or only not effective (`false`) tokens. */
  readonly effective: boolean | undefined;
  /** Only tokens of this owner; `null` for those without any. */
  readonly owner: OwnedBy | null | undefined;
  /** Only tokens with this classification. */
  readonly classification: string | undefined;
  /** The required columns. */
  readonly columns: readonly (keyof AccessToken)[];
}

@Injectable()
export class VisibleTokens {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
    private readonly passCodes: PassCodeCheck,
  ) {}

  /**
   * The identified token.
   * @throws DomainError `token_not_found`; `throttled`, `unavailable` for a pass code
   */
  async find(caller: CrmCaller, named: AccessTokenIdentifier): Promise<AccessToken> {
    if ('authenticationCode' in named) return this.findOne(caller, { handle: named.authenticationCode });
    return this.passCodes.find(caller, named.identifier, named.passCode);
  }

  /** The token with this code or identifier, without its hash, among those that the caller may see. */
  async findOne(
    { account, consumer }: CrmCaller,
    named: { handle: string } | { identifier: string },
  ): Promise<AccessToken> {
    const token = await this.unitOfWork.read((manager) =>
      manager.findOneBy(AccessToken, { accountId: account.id, ...named, ...scopeOf(consumer) }),
    );
    if (!token) throw tokenNotFound();
    return token;
  }

  /** A part of the tokens that the caller may see, by number, in batches, with only the required columns. */
  list(
    { user, account, consumer }: CrmCaller,
    { effective, owner, classification, columns, ...page }: AccessTokenQuery,
  ): AsyncGenerator<AccessToken[], void> {
    // Every token has a number, but the condition lets the database use the partial index for the order.
    const numbered = { accountId: account.id, number: MoreThan(0), ...owner, ...scopeOf(consumer) };
    const wanted: FindOptionsWhere<AccessToken> = {
      ...(effective !== undefined && { enabled: effective }),
      ...(owner === null && { accountsReceivable: IsNull(), rewardsParticipant: IsNull() }),
      ...(classification !== undefined && { classification }),
    };
    return this.reads.batches(
      user.id,
      {
        entity: AccessToken,
        where: (query) => query.andWhere(numbered),
        filter: Object.keys(wanted).length === 0 ? undefined : (query) => query.andWhere(wanted),
        order: ['number'],
        columns: [...columns, 'number'],
      },
      page,
    );
  }
}
