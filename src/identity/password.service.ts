/** Checks new passwords against the policy, and changes passwords. */
import { Injectable } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import {
  DomainError,
  HashingService,
  Secret,
  UnitOfWork,
  preparedPassword,
  type Actor,
  type HashingTurn,
  type Transaction,
} from '../core/index.js';
import { PasswordChangeFailed, PasswordChanged } from './changes.js';
import { LoginCandidates } from './guessing/login-candidates.js';
import { LoginThrottle } from './guessing/login-throttle.js';
import { lockUserForUpdate } from './user-row-lock.js';
import { ServerSettings } from './server-settings.js';
import { SessionToken } from './session-token.entity.js';
import { User } from './user.entity.js';

@Injectable()
export class PasswordService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly hashing: HashingService,
    private readonly settings: ServerSettings,
    private readonly candidates: LoginCandidates,
    private readonly throttle: LoginThrottle,
  ) {}

  /**
   * Checks a new password against the policy and hashes it, before the transaction that stores it.
   * @throws DomainError `invalid_value`, `unavailable`
   */
  async prepare(actor: Actor, password: Secret): Promise<string> {
    const { passwordMinLength: least } = await this.settings.policy();
    const text = preparedPassword(password.reveal());
    if (Array.from(text).length < least) {
      throw new DomainError('invalid_value', `password must be at least ${String(least)} characters long`);
    }
    // RFC 8265 §4.1: as they cannot be typed everywhere.
    if (/\p{Cc}/u.test(text)) throw new DomainError('invalid_value', 'password must not hold control characters');
    return this.hashing.hashPassword(password, changeTurn(actor));
  }

  /** Whether a user has a password, which they can change then. People who sign in at a provider may have none. */
  has(userId: number): Promise<boolean> {
    return this.unitOfWork.read((manager) => manager.existsBy(User, { id: userId, passwordHash: Not(IsNull()) }));
  }

  /**
   * Lets a user change their own password. The current one is checked first; the user's failures are counted.
   * @throws DomainError `wrong_password`, `invalid_value`, `throttled`, `conflict`, `unavailable`
   */
  async change(actor: Actor, userId: number, current: Secret, next: Secret): Promise<User> {
    const { user, account } = await this.candidates.byId(userId, actor);
    const attempt = await this.throttle.change(actor, account);
    const turn = changeTurn(actor);
    const matches = await this.hashing
      .verifyPassword(user?.passwordHash, current, turn)
      .catch(async (error: unknown) => {
        await attempt.cancelled();
        throw error;
      });
    if (!user?.passwordHash || !matches) {
      attempt.failed();
      throw await this.refused(actor, user);
    }
    await attempt.succeeded();
    const { passwordHash: checked } = user;
    const passwordHash = await this.prepare(actor, next);
    return this.unitOfWork.write(actor, async (tx) => {
      const unchanged = await tx.lockForUpdate(User, { id: userId }, { passwordHash: checked });
      if (!unchanged) throw new DomainError('conflict', 'the password was changed concurrently');
      return this.store(tx, actor, unchanged, passwordHash);
    });
  }

  /** The error for a wrong current password, which is recorded in the audit log. */
  private async refused(actor: Actor, user: User | null): Promise<DomainError> {
    if (user) {
      await this.unitOfWork.write(actor, (tx) => {
        tx.record(new PasswordChangeFailed(user));
        return Promise.resolve();
      });
    }
    return new DomainError('wrong_password', 'the current password is not right');
  }

  /**
   * Sets the password of another user on behalf of an administrator.
   * @throws DomainError `user_not_found`, `invalid_value`, `wrong_password` for their own
   */
  async set(actor: Actor, userId: number, next: Secret): Promise<User> {
    requireAnotherUser(actor, userId);
    const passwordHash = await this.prepare(actor, next);
    return this.unitOfWork.write(actor, async (tx) =>
      this.store(tx, actor, await lockUserForUpdate(tx, userId), passwordHash),
    );
  }

  /** Stores a hash and ends the user's logins except the current one. Personal tokens stay. */
  async store(tx: Transaction, actor: Actor, user: User, passwordHash: string): Promise<User> {
    await tx.manager.update(User, { id: user.id }, { passwordHash, updatedAt: tx.now });
    await tx.manager.delete(SessionToken, { userId: user.id, id: Not(actor.tokenId ?? '') });
    tx.record(new PasswordChanged(user));
    return Object.assign(user, { updatedAt: tx.now });
  }
}

/**
 * Nobody changes their own password without the present one, or a stolen login would become the password.
 * @throws DomainError `wrong_password`
 */
export function requireAnotherUser({ userId }: Actor, id: number): void {
  if (userId === id) throw new DomainError('wrong_password', 'your own password is changed with the current one only');
}

function changeTurn({ userId }: Actor): HashingTurn {
  return { purpose: 'change', caller: [userId === null ? 'server' : `user ${String(userId)}`] };
}
