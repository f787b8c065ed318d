/** Issues, changes and revokes tokens of every kind on behalf of callers. */
import { Injectable } from '@nestjs/common';
import {
  UnitOfWork,
  shownIdOf,
  type DomainError,
  type ManagedChanges,
  type SecretParts,
  type Token,
} from '../../../core/index.js';
import type { ApiCaller } from '../session/api-caller.js';
import { TokenAccess, TokenManager, type Acting } from '../../../managing/index.js';

import { Problem, wrongMember, unknown } from '../latchkey.problems.js';
import { UserIds } from '../users/user-ids.js';
import type { NewTokenInput } from './tokens.inputs.js';

/** A token with its new secret, as its kind presents it. */
export interface Presented {
  readonly token: Token;
  readonly secret: SecretParts | undefined;
}

@Injectable()
export class TokenChanges {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly manager: TokenManager,
    private readonly access: TokenAccess,
    private readonly ids: UserIds,
  ) {}

  /** @throws Problem; DomainError `user_not_found`, `quota_reached`, `scopes_exceeded` */
  async issue(caller: ApiCaller, input: NewTokenInput, expiresAt: Date | null | undefined): Promise<Presented> {
    const { kind, name, account_id: accountId, owner_id: owner } = input;
    const { token, parts } = await this.manager.issue(await this.acting(caller), {
      kind,
      name,
      accountId: accountId ?? undefined,
      ownerId: typeof owner === 'string' ? await this.ownerIn(caller, owner) : undefined,
      expiresAt,
      scopes: input.scopes ?? null,
    });
    return { token, secret: parts };
  }

  /** @param arrivedAt - when the request has arrived, by `performance.now()` */
  async rotate(
    caller: ApiCaller,
    token: Token,
    previousUntil: Date | undefined,
    arrivedAt: number,
  ): Promise<Presented> {
    const acting = await this.acting(caller);
    const { token: rotated, parts } = await this.manager.rotate(acting, token, previousUntil, arrivedAt);
    return { token: rotated, secret: parts };
  }

  /** @throws DomainError `token_not_found`, `not_permitted`, `conflict`, `invalid_value` */
  async change(caller: ApiCaller, token: Token, changes: ManagedChanges): Promise<Token> {
    return this.manager.change(await this.acting(caller), token, changes);
  }

  /** @throws DomainError `token_not_found`, `not_permitted`, `in_use` */
  async revoke(caller: ApiCaller, token: Token): Promise<void> {
    await this.manager.revoke(await this.acting(caller), token);
  }

  /** As it is now. @throws Problem `not-found` */
  read(id: string): Promise<Token> {
    return this.manager.read(this.unitOfWork, id).catch((error: unknown) => {
      throw (error as DomainError).code === 'token_not_found' ? unknown('token') : error;
    });
  }

  /** @throws Problem */
  private async ownerIn({ user }: ApiCaller, id: string): Promise<number> {
    if (id === shownIdOf(user)) return user.id;
    if (!user.admin) throw new Problem('forbidden', 'only administrators of the server may do this');
    const number = await this.ids.find(id);
    if (number === null) throw wrongMember('owner_id', 'there is no such user');
    return number;
  }

  private async acting(caller: ApiCaller): Promise<Acting> {
    return { actor: caller.actor, reader: await this.access.readerOf(caller), unit: this.unitOfWork };
  }
}
