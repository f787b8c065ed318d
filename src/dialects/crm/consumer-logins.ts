/** The logins of consumers: finds the access token that one logs in with, and ends the login with it (docs/decisions/0081). */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, TokenDependents, UnitOfWork, refusedForScopes } from '../../core/index.js';
import { LoginFamilies, SessionService, SessionToken } from '../../identity/index.js';
import type { AccessTokenIdentifier } from './access-token-identifier.js';
import { AccessToken } from './access-token.entity.js';
import { tokenNotFound } from './crm.errors.js';
import { CONSUMER_AUDIENCE } from './crm.options.js';
import { PassCodeCheck, type Guesser } from './pass-code-check.js';

/** Columns whose change leaves a login as it is: what callers keep with the token. */
const HARMLESS: ReadonlySet<string> = new Set(['udf', 'label']);

@Injectable()
export class ConsumerLogins implements OnModuleInit {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly dependents: TokenDependents,
    private readonly families: LoginFamilies,
    private readonly sessions: SessionService,
    private readonly passCodes: PassCodeCheck,
    private readonly clock: Clock,
  ) {}

  /** When its state, its credentials or its rights change, whoever has logged in with a token must do so again. */
  onModuleInit(): void {
    this.dependents.register('access_token', async (tx, { id }, fields) => {
      if (fields?.every((field) => HARMLESS.has(field))) return;
      // Whoever changes their own pass code stays.
      await this.families.endOf(tx, id, fields === null ? null : tx.actor.tokenId);
    });
  }

  /** The access token that a login belongs to; `null` if it is not accepted any more. */
  consumerOf(loginId: string, accountId: string): Promise<AccessToken | null> {
    return this.unitOfWork.read(async (manager) => {
      const login = await manager.findOneBy(SessionToken, { id: loginId, accountId, audience: CONSUMER_AUDIENCE });
      const id = login?.subjectId ?? null;
      const token = id === null ? null : await manager.findOneBy(AccessToken, { id, accountId });
      return token && this.isAccepted(token) && token.scopes === null ? token : null;
    });
  }

  /**
   * The access token that a consumer presents to an application, which has a key. Failures count for the key, and those
   * of an identifier for that as well. The answer does not say what was wrong.
   * @throws DomainError `token_not_found`, `throttled`, `unavailable`, `not_permitted` (a token with scopes)
   */
  async find(guesser: Guesser, named: AccessTokenIdentifier): Promise<AccessToken> {
    const token =
      'authenticationCode' in named
        ? await this.passCodes.findByCode(guesser, named.authenticationCode, (found) => this.isAccepted(found))
        : await this.passCodes.find(guesser, named.identifier, named.passCode);
    if (!token || !this.isAccepted(token)) return this.refuse(guesser);
    if (token.scopes !== null) throw refusedForScopes();
    return token;
  }

  private async refuse({ actor }: Guesser): Promise<never> {
    const options = { ...actor, audience: CONSUMER_AUDIENCE, lifetimeSeconds: 0 };
    await this.sessions.recordFailure(null, 'token', options, 'no effective access token');
    throw tokenNotFound();
  }

  private isAccepted({ enabled, expiresAt }: AccessToken): boolean {
    return enabled && (expiresAt === null || expiresAt > this.clock.now());
  }
}
