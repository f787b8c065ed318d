/** Logins: from a password or another token to a session, and back out. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  DomainError,
  HashingService,
  Secret,
  TokenService,
  UnitOfWork,
  anonymousAt,
  type Transaction,
} from '../core/index.js';
import { Authenticator, type Principal } from './authenticator.js';
import { LoginFailed, UserLoggedIn } from './changes.js';
import { LoginThrottle } from './login-throttle.js';
import { ServerSettings } from './server-settings.js';
import { SessionToken } from './session-token.entity.js';
import { User, emailKeyOf } from './user.entity.js';

/** What kind of session a dialect gives. */
export interface SessionTerms {
  /** The dialect that will accept it. */
  readonly audience: string;
  readonly lifetimeSeconds: number;
  /** Where the caller is. */
  readonly address: string | null;
  /** The account it is bound to. */
  readonly accountId?: string;
  /** Makes its secret; {@link HashingService.newSecret} unless given. */
  readonly newSecret?: () => Secret;
  /** Asked once the password is right: whether this user may enter. */
  readonly admits?: (user: User) => Promise<boolean>;
}

/** A session that was just opened, with its secret. */
export interface OpenedSession {
  token: SessionToken;
  secret: Secret;
  /** The user; `lastLoginAt` is the login before this one. */
  user: User;
}

@Injectable()
export class SessionService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tokens: TokenService,
    private readonly hashing: HashingService,
    private readonly authenticator: Authenticator,
    private readonly throttle: LoginThrottle,
    private readonly settings: ServerSettings,
  ) {}

  /**
   * Takes the same time and says the same for an unknown, blocked or unapproved user and for a wrong password.
   * @throws DomainError `invalid_login`, `throttled`
   */
  async login(email: string, password: Secret, terms: SessionTerms): Promise<OpenedSession> {
    const attempt = this.throttle.begin(terms.address, email);
    const { passwordLogin } = await this.settings.policy();
    const user = await this.userByEmail(email);
    const matches = await this.hashing.verifyPassword(user?.passwordHash, password);
    const usable = matches && passwordLogin && user && !user.blocked && user.approved;
    if (!user?.passwordHash || !usable || !((await terms.admits?.(user)) ?? true)) {
      throw await this.failed(email, 'password', terms);
    }
    attempt.succeeded();
    const renewed = this.hashing.isOutdated(user.passwordHash) ? await this.hashing.hashPassword(password) : null;
    const opened = await this.open({ id: user.id, passwordHash: user.passwordHash }, terms, 'password', renewed);
    return opened ?? Promise.reject(await this.failed(email, 'password', terms));
  }

  /**
   * A personal or login token becomes a new session; the old token stays as it is.
   * @throws DomainError `invalid_login`
   */
  async exchange(presented: string, terms: SessionTerms): Promise<OpenedSession> {
    const found = await this.authenticator.authenticate(presented, terms.audience, terms.address);
    const opened =
      found.status === 'authenticated' ? await this.open({ id: found.principal.user.id }, terms, 'token') : undefined;
    return opened ?? Promise.reject(await this.failed(null, 'token', terms));
  }

  /**
   * Ends a session of the caller: the one presented, or the one he came with. A permanent token stays valid.
   * @throws DomainError `invalid_login` when the token presented is not one of his
   */
  async logout(principal: Principal, audience: string, presented?: string): Promise<void> {
    const { actor, user } = principal;
    let token = principal.token;
    if (presented !== undefined) {
      const found = await this.authenticator.authenticate(presented, audience, actor.address);
      if (found.status !== 'authenticated' || found.principal.user.id !== user.id) {
        throw new DomainError('invalid_value', 'Invalid token');
      }
      token = found.principal.token;
    }
    if (!(token instanceof SessionToken)) return;
    await this.unitOfWork.write(actor, (tx) => this.tokens.revoke(tx, SessionToken, { id: token.id }));
  }

  private userByEmail(email: string): Promise<User | null> {
    return this.unitOfWork.read((manager) =>
      manager
        .createQueryBuilder(User, 'user')
        .addSelect('user.passwordHash')
        .where({ emailKey: emailKeyOf(email) })
        .getOne(),
    );
  }

  /** Opens a session if the user is still as he was when he was checked. */
  private async open(
    expected: { id: number; passwordHash?: string },
    terms: SessionTerms,
    method: string,
    renewedHash: string | null = null,
  ): Promise<OpenedSession | undefined> {
    const secret = terms.newSecret?.() ?? this.hashing.newSecret();
    return this.unitOfWork.write(anonymousAt(terms.address), async (tx) => {
      const [user] = await tx.lock(User, { where: { ...expected, blocked: false, approved: true } });
      if (!user) return undefined;
      const changes = { lastLoginAt: tx.now, ...(renewedHash === null ? {} : { passwordHash: renewedHash }) };
      await tx.manager.update(User, { id: user.id }, changes);
      const token = await this.insert(tx, user.id, secret, terms);
      tx.record(new UserLoggedIn(user, { method, token_id: token.id }));
      return { token, secret, user };
    });
  }

  private insert(tx: Transaction, userId: number, secret: Secret, terms: SessionTerms): Promise<SessionToken> {
    return this.tokens.issue(tx, SessionToken, {
      handle: randomUUID(),
      digest: this.hashing.digest(secret),
      userId,
      label: '',
      accountId: terms.accountId ?? null,
      audience: terms.audience,
      expiresAt: new Date(tx.now.getTime() + terms.lifetimeSeconds * 1000),
    });
  }

  private async failed(email: string | null, method: string, terms: SessionTerms): Promise<DomainError> {
    const change = new LoginFailed(email?.slice(0, 254) ?? null, { method, dialect: terms.audience });
    await this.unitOfWork.write(anonymousAt(terms.address), (tx) => {
      tx.record(change);
      return Promise.resolve();
    });
    return invalidLogin(method);
  }
}

function invalidLogin(method: string): DomainError {
  return new DomainError('invalid_login', method === 'token' ? 'Invalid token' : 'Invalid username or password.');
}
