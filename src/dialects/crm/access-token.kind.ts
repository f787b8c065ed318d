/** Lets an API for administrators list access tokens and end them, like those of all other kinds. */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  ManagedKinds,
  TokenService,
  type ManagedChanges,
  type ManagedKind,
  type TokenAbility,
  type TokenDescription,
  type Transaction,
} from '../../core/index.js';
import { requireAdministrator } from '../../identity/index.js';
import { AccessToken } from './access-token.entity.js';

@Injectable()
export class AccessTokenKind implements ManagedKind<AccessToken>, OnModuleInit {
  readonly kind = 'access_token';
  readonly noun = 'access token';
  readonly belongsTo = 'account';
  readonly abilities: readonly TokenAbility[] = ['disable', 'enable', 'revoke', 'change_scopes'];
  readonly nameMax = 0;
  readonly renewsByItself = false;

  constructor(
    private readonly tokens: TokenService,
    private readonly kinds: ManagedKinds,
  ) {}

  onModuleInit(): void {
    this.kinds.register(this);
  }

  /** The code admits whoever knows it, so it is never shown here. */
  describe({ label, number, expiresAt }: AccessToken): TokenDescription {
    return { name: label, clientId: null, handle: `No. ${String(number)}`, expiresAt };
  }

  async change(
    tx: Transaction,
    { id, accountId }: AccessToken,
    { enabled, scopes }: ManagedChanges,
  ): Promise<AccessToken> {
    await requireAdministrator(tx, tx.actor, accountId);
    return this.tokens.update(
      tx,
      AccessToken,
      { id, accountId },
      {
        ...(enabled !== undefined && { enabled }),
        ...(scopes !== undefined && { scopes }),
      },
    );
  }

  async revoke(tx: Transaction, { id, accountId }: AccessToken): Promise<void> {
    await requireAdministrator(tx, tx.actor, accountId);
    await this.tokens.revoke(tx, AccessToken, { id, accountId });
  }
}
