/** Lets an API for administrators list and manage service tokens like those of all other kinds. */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  Clock,
  DomainError,
  ManagedKinds,
  type ManagedChanges,
  type ManagedKind,
  type NewManagedToken,
  type PreparedToken,
  type Secret,
  type SecretParts,
  type TokenAbility,
  type TokenDescription,
  type Transaction,
} from '../../core/index.js';
import type { Policy } from '../../applications/index.js';
import { Rotations } from './rotations.js';
import { FOREVER, durationOf } from './duration.js';
import type { ServiceToken } from './service-token.entity.js';
import { SERVICE_TOKEN_KIND } from './service-token.form.js';
import { NAME_MAX } from './service-tokens.inputs.js';
import { ServiceTokenService, type ServiceTokenChanges } from './service-token.service.js';

@Injectable()
export class ServiceTokenKind implements ManagedKind<ServiceToken>, OnModuleInit {
  readonly kind = SERVICE_TOKEN_KIND;
  readonly noun = 'service token';
  readonly belongsTo = 'account';
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
  readonly nameMax = NAME_MAX;
  readonly renewsByItself = true;

  constructor(
    private readonly tokens: ServiceTokenService,
    private readonly rotations: Rotations,
    private readonly kinds: ManagedKinds,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.kinds.register(this);
  }

  describe({ label, handle, duration, expiresAt }: ServiceToken): TokenDescription {
    const end = duration === FOREVER ? null : expiresAt;
    return { name: label, clientId: handle, handle: `…${handle.slice(-10)}`, expiresAt: end };
  }

  present({ token, secret }: { readonly token: ServiceToken; readonly secret: Secret }): SecretParts {
    const [id, plain] = [token.handle, secret.reveal()];
    return {
      parts: { client_id: id, client_secret: plain },
      headers: { 'CF-Access-Client-Id': id, 'CF-Access-Client-Secret': plain },
    };
  }

  issue(ownerId: string, { name, expiresAt, scopes }: NewManagedToken): Promise<PreparedToken> {
    return Promise.resolve(this.tokens.prepare(ownerId, { name, scopes, ...lifetime(expiresAt, this.clock.now()) }));
  }

  rotate(token: ServiceToken, previousUntil: Date | undefined): PreparedToken {
    return this.tokens.prepareRotation(token, previousUntil);
  }

  inTurn<R>(token: ServiceToken, arrivedAt: number, rotate: () => Promise<R>): Promise<R> {
    this.rotations.noteRequest(token, arrivedAt);
    return this.rotations.run(token, true, rotate);
  }

  change(tx: Transaction, token: ServiceToken, { expiresAt, ...changes }: ManagedChanges): Promise<ServiceToken> {
    return expiresAt === 'renewed'
      ? this.tokens.refreshIn(tx, token)
      : this.tokens.changeIn(tx, token, { ...changes, ...lifetime(expiresAt, this.clock.now()) });
  }

  async revoke(tx: Transaction, token: ServiceToken): Promise<void> {
    await this.tokens.deleteIn(tx, token, inUse);
  }
}

/** The duration is what a later renewal adds; the end is exact. */
function lifetime(expiresAt: Date | null | undefined, now: Date): Pick<ServiceTokenChanges, 'duration' | 'expiresAt'> {
  if (expiresAt === undefined) return {};
  if (expiresAt === null) return { duration: FOREVER };
  return { duration: durationOf(expiresAt.getTime() - now.getTime()), expiresAt };
}

function inUse({ id, name }: Policy): DomainError {
  return new DomainError(
    'in_use',
    `the policy ${id} (${JSON.stringify(name)}) names the token; change or delete that first`,
  );
}
