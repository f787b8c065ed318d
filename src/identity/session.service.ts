/** Logs users in, with a password or another token, and out. */
import { Injectable } from '@nestjs/common';
import {
  DomainError,
  HashingService,
  Secret,
  Token,
  TokenService,
  UnitOfWork,
  anonymousFrom,
  refusedForScopes,
  updateRow,
  type Actor,
  type Origin,
  type Transaction,
} from '../core/index.js';
import { Account } from './account.entity.js';
import { Authenticator, type Principal } from './authenticator.js';
import { loginChannel, type LoginMessage } from './channels.js';
import { LoginFailed, UserLoggedIn, UserLoggedOut } from './changes.js';
import { KnownNetworks } from './guessing/known-networks.js';
import { LoginCandidates, type LoginCandidate } from './guessing/login-candidates.js';
import { LoginThrottle } from './guessing/login-throttle.js';
import { LoginFamilies } from './logins/login-families.js';
import { observedLogin } from './observed-login.js';
import { ServerSettings } from './server-settings.js';
import { SessionToken } from './session-token.entity.js';
import { isEmailAddress } from './labels/email-address.js';
import { User } from './user.entity.js';

/** The kind of session that a dialect creates. */
export interface LoginOptions extends Origin {
  /** The dialect that will accept it. */
  readonly audience: string;
  readonly lifetimeSeconds: number;
  /** The audience of the logins that can be exchanged for it. Default: the same. */
  readonly exchangedFrom?: string;
  /** The account it is bound to. */
  readonly accountId?: string;
  /** Generates its secret. Default: {@link HashingService.newSecret}. */
  readonly newSecret?: () => Secret;
  /** Called after the password was verified: whether this user may log in. */
  readonly isAllowed?: (user: User) => Promise<boolean>;
  /**
   * For an exchange: finds the token for whose holder the session is opened, and that it ends with. Called after the
   * presented one was accepted. What it throws is the outcome.
   */
  readonly subject?: () => Promise<LoginSubject>;
}

/** A token for whose holder a session is opened, as it was found. */
export type LoginSubject = Pick<Token, 'id' | 'updatedAt' | 'expiresAt'>;

/** A session that was just created, with its secret. */
export interface OpenedSession {
  token: SessionToken;
  secret: Secret;
  /** The user; `lastLoginAt` is the login before this one. */
  user: User;
  /** How many older ones have ended to stay within the limit. */
  endedLogins: number;
}

/** What a session is opened by. */
interface OpenedBy {
  readonly method: LoginMessage['method'];
  readonly presented?: Token;
  readonly subject?: LoginSubject | undefined;
  readonly renewedHash?: string | null;
}

@Injectable()
export class SessionService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tokens: TokenService,
    private readonly families: LoginFamilies,
    private readonly hashing: HashingService,
    private readonly authenticator: Authenticator,
    private readonly candidates: LoginCandidates,
    private readonly throttle: LoginThrottle,
    private readonly networks: KnownNetworks,
    private readonly settings: ServerSettings,
  ) {}

  /**
   * Logs in with a password. An unknown, blocked or unapproved user and a wrong password give the same error, in the
   * same time.
   * @throws DomainError `invalid_login`, `throttled`, `unavailable`
   */
  login(email: string, password: Secret, options: LoginOptions): Promise<OpenedSession> {
    return this.attempted(email, 'password', options, () => this.openByPassword(email, password, options));
  }

  /**
   * Creates a new session for a personal or login token, which stays valid. The session ends with the personal token
   * that it was created with, and with the family of the login that it was exchanged for. A token that is accepted is
   * never refused because of failures.
   * @throws DomainError `invalid_login`, `scopes_exceeded`, `throttled`, `unavailable`
   */
  exchange(presented: string, options: LoginOptions): Promise<OpenedSession> {
    return this.attempted(null, 'token', options, async () => {
      const found = await this.authenticator.authenticate(
        presented,
        options.exchangedFrom ?? options.audience,
        options,
      );
      if (found.status === 'scoped') throw refusedForScopes();
      const { user, token } = found.status === 'authenticated' ? found.principal : {};
      const subject = user && (await options.subject?.());
      const opened = user && (await this.open(user, {}, options, { method: 'token', presented: token, subject }));
      if (!opened) await this.throttle.tokenRefused(options);
      return opened;
    });
  }

  /**
   * Creates a session for a user whom somebody else has authenticated.
   * @returns `undefined` if they are blocked, not approved, or gone
   */
  openAuthenticated(
    user: Pick<User, 'id' | 'name'>,
    options: LoginOptions,
    method: LoginMessage['method'],
  ): Promise<OpenedSession | undefined> {
    return this.open(user, {}, options, { method });
  }

  private attempted(
    email: string | null,
    method: LoginMessage['method'],
    options: LoginOptions,
    attempt: () => Promise<OpenedSession | undefined>,
  ): Promise<OpenedSession> {
    const recorded = async (): Promise<OpenedSession> => {
      const opened = await attempt();
      if (opened) return opened;
      await this.recordFailure(email, method, options);
      throw new DomainError('invalid_login', method === 'token' ? 'Invalid token' : 'Invalid username or password.');
    };
    return loginChannel.hasSubscribers ? observedLogin(method, options, recorded) : recorded();
  }

  /** An attempt that could not be checked does not count. */
  private async openByPassword(
    email: string,
    password: Secret,
    options: LoginOptions,
  ): Promise<OpenedSession | undefined> {
    const candidate = await this.candidates.byEmail(email, options);
    const attempt = await this.throttle.login(options, candidate.account);
    try {
      const opened = await this.openFor(candidate, password, options);
      if (opened) await attempt.succeeded();
      else attempt.failed();
      return opened;
    } catch (error) {
      await attempt.cancelled();
      throw error;
    }
  }

  private async openFor(
    { user, turn }: LoginCandidate,
    password: Secret,
    options: LoginOptions,
  ): Promise<OpenedSession | undefined> {
    const { passwordLogin } = await this.settings.policy();
    const check = await this.hashing.checkPassword(user?.passwordHash, password, turn);
    if (!user?.passwordHash || check === 'wrong' || !passwordLogin || user.blocked || !user.approved) return undefined;
    if (options.isAllowed && !(await options.isAllowed(user))) return undefined;
    const renewedHash = check === 'outdated' ? await this.hashing.hashPassword(password, turn) : null;
    const expected = { passwordHash: user.passwordHash };
    const opened = await this.open(user, expected, options, { method: 'password', renewedHash });
    // A concurrent login may have renewed the hash; then check against the new one.
    if (opened || renewedHash === null) return opened;
    return this.openFor(await this.candidates.byId(user.id, options), password, options);
  }

  /**
   * Ends a session of the caller: the one given, or the one they authenticated with; or its family, as the setting says.
   * Personal tokens stay valid.
   * @throws DomainError `invalid_login` if the given token is not theirs
   */
  async logout(principal: Principal, audience: string, presented?: string): Promise<void> {
    const { actor, user } = principal;
    let token = principal.token;
    if (presented !== undefined) {
      const found = await this.authenticator.authenticate(presented, audience, actor);
      if (found.status !== 'authenticated' || found.principal.user.id !== user.id) {
        throw new DomainError('invalid_value', 'Invalid token');
      }
      token = found.principal.token;
    }
    if (!(token instanceof SessionToken)) return;
    try {
      await this.unitOfWork.write(actor, async (tx) => {
        tx.record(new UserLoggedOut(user, { token_id: token.id }, token.accountId));
        await this.families.end(tx, token);
      });
    } catch (error) {
      // A concurrent request ended it, which is what the caller wanted.
      const ended = error instanceof DomainError && ['token_not_found', 'unauthenticated'].includes(error.code);
      if (!ended) throw error;
      await this.unitOfWork.awaitPropagation();
    }
  }

  /** Creates a session if the user, the tokens and the account have not changed since they were checked. */
  private async open(
    { id, name }: Pick<User, 'id' | 'name'>,
    expected: { passwordHash?: string },
    options: LoginOptions,
    by: OpenedBy,
  ): Promise<OpenedSession | undefined> {
    const secret = options.newSecret?.() ?? this.hashing.newSecret();
    const author: Actor = { ...anonymousFrom(options), kind: 'user', userId: id, userName: name };
    return this.unitOfWork.write(author, async (tx) => {
      const user = await tx.lockForUpdate(User, { id }, { ...expected, blocked: false, approved: true });
      if (!user || (by.presented && !(await isStillThere(tx, by.presented)))) return undefined;
      if (by.subject && !(await isUnchanged(tx, by.subject))) return undefined;
      const { accountId = null } = options;
      if (accountId !== null && !(await tx.lockShared(Account, { id: accountId }))) return undefined;
      const renewed = by.renewedHash ? { passwordHash: by.renewedHash } : {};
      await updateRow(tx.manager, User, { id: user.id }, { lastLoginAt: tx.now, ...renewed });
      await this.families.removeExpired(tx, user.id);
      await this.networks.remember(tx, user.id, options);
      const family = await this.families.columnsOfNext(tx, by, options.lifetimeSeconds);
      const endedLogins = await this.families.makeRoom(tx, user.id);
      const token = await this.tokens.issue(tx, SessionToken, {
        ...family,
        digest: this.hashing.digest(secret),
        userId: user.id,
        label: '',
        accountId,
        audience: options.audience,
        subjectId: by.subject?.id ?? null,
      });
      const subject = by.subject && { subject_token_id: by.subject.id };
      const details = { method: by.method, dialect: options.audience, token_id: token.id, ...subject };
      const ended = endedLogins > 0 && { ended_logins: endedLogins };
      tx.record(new UserLoggedIn(user, { ...details, ...ended }, accountId));
      return { token, secret, user, endedLogins };
    });
  }

  /** @param reason - for those who may read the audit log */
  async recordFailure(
    email: string | null,
    method: LoginMessage['method'],
    options: LoginOptions,
    reason?: string,
  ): Promise<void> {
    const details = { method, dialect: options.audience, ...(reason !== undefined && { reason }) };
    // A text that is not an address may be a password typed into the wrong field.
    const change = new LoginFailed(isEmailAddress(email) ? email : null, details);
    await this.unitOfWork.write(anonymousFrom(options), (tx) => {
      tx.record(change);
      return Promise.resolve();
    });
  }
}

/** Whether the token is accepted, and was not changed since it was found; locks it until the transaction ends. */
async function isUnchanged(tx: Transaction, { id, updatedAt }: LoginSubject): Promise<boolean> {
  const token = await tx.lockShared(Token, { id });
  return token?.updatedAt.getTime() === updatedAt.getTime() && isStillThere(tx, token);
}

/** Whether the token still exists, and has no scopes, which a login would not have; locks it until the transaction ends. */
async function isStillThere(tx: Transaction, { id }: Token): Promise<boolean> {
  const token = await tx.lockShared(Token, { id });
  return token?.enabled === true && token.scopes === null && (token.expiresAt === null || token.expiresAt > tx.now);
}
