/** Lets an API for administrators list and manage personal tokens like those of all other kinds. */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  ManagedKinds,
  type ManagedChanges,
  type ManagedKind,
  type NewManagedToken,
  type PreparedToken,
  type SecretParts,
  type TokenAbility,
  type TokenDescription,
  type Transaction,
} from '../core/index.js';
import { PersonalToken } from './personal-token.entity.js';
import { PersonalTokenService, type IssuedPersonalToken } from './personal-token.service.js';

@Injectable()
export class PersonalTokenKind implements ManagedKind<PersonalToken>, OnModuleInit {
  readonly kind = 'personal_token';
  readonly noun = 'personal token';
  readonly belongsTo = 'user';
  readonly abilities: readonly TokenAbility[] = [
    'rename',
    'rotate',
    'renew',
    'disable',
    'enable',
    'revoke',
    'end_overlap',
    'change_scopes',
  ];
  readonly nameMax = 1000;
  readonly renewsByItself = false;

  constructor(
    private readonly tokens: PersonalTokenService,
    private readonly kinds: ManagedKinds,
  ) {}

  onModuleInit(): void {
    this.kinds.register(this);
  }

  describe({ id, label, expiresAt }: PersonalToken): TokenDescription {
    return { name: label, clientId: null, handle: id, expiresAt };
  }

  present({ secret }: IssuedPersonalToken): SecretParts {
    const token = secret.reveal();
    return { parts: { token }, headers: { Authorization: `Bearer ${token}` } };
  }

  issue(ownerId: string, { name, expiresAt = null, scopes }: NewManagedToken): Promise<PreparedToken> {
    return this.tokens.prepareIssue(Number(ownerId), name, expiresAt, scopes);
  }

  rotate(token: PersonalToken, previousUntil: Date | undefined): PreparedToken {
    return this.tokens.prepareRotation(token, previousUntil);
  }

  change(
    tx: Transaction,
    token: PersonalToken,
    { name, expiresAt, enabled, previousUntil, scopes }: ManagedChanges,
  ): Promise<PersonalToken> {
    return this.tokens.changeIn(tx, token, {
      ...(name !== undefined && { label: name }),
      ...(expiresAt !== undefined && expiresAt !== 'renewed' && { expiresAt }),
      ...(enabled !== undefined && { enabled }),
      ...(scopes !== undefined && { scopes }),
      ...(previousUntil !== undefined && { previousSecretExpiresAt: previousUntil }),
    });
  }

  async revoke(tx: Transaction, token: PersonalToken): Promise<void> {
    await this.tokens.revokeIn(tx, token);
  }
}
