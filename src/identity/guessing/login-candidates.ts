/** Finds who a caller claims to be, and how their attempts are counted and queued. */
import { Injectable } from '@nestjs/common';
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { UnitOfWork, type HashingTurn, type Origin } from '../../core/index.js';
import { emailKeyOf, emailKeysOf, isEmailAddress } from '../labels/email-address.js';
import { User } from '../user.entity.js';
import { KnownNetworks } from './known-networks.js';
import type { GuessedAccount } from './login-throttle.js';
import { networksOf } from '../../core/index.js';

/** Who a caller claims to be. */
export interface LoginCandidate {
  /** With the hash of their password; `null` if there is no such user. */
  readonly user: User | null;
  readonly account: GuessedAccount;
  /** Their turn to have the password checked. */
  readonly turn: HashingTurn;
}

@Injectable()
export class LoginCandidates {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly networks: KnownNetworks,
  ) {}

  /** @param email - as given; a text that is no address may be a password typed into the wrong field */
  async byEmail(email: string, origin: Origin): Promise<LoginCandidate> {
    const key = isEmailAddress(email) ? emailKeyOf(email) : '';
    return this.found(key, origin, async (manager) => {
      for (const emailKey of emailKeysOf(email)) {
        const user = await withSecrets(manager).where({ emailKey }).getOne();
        if (user) return user;
      }
      return null;
    });
  }

  byId(id: number, origin: Origin): Promise<LoginCandidate> {
    return this.found('', origin, (manager) => withSecrets(manager).where({ id }).getOne());
  }

  /** @param unknownKey - identifies an account that does not exist */
  private async found(
    unknownKey: string,
    origin: Origin,
    find: (manager: EntityManager) => Promise<User | null>,
  ): Promise<LoginCandidate> {
    const { user, isKnownNetwork } = await this.unitOfWork.read(async (manager) => {
      const user = await find(manager);
      return { user, isKnownNetwork: await this.networks.isKnown(manager, user?.id, origin) };
    });
    const key = user ? `user ${String(user.id)}` : unknownKey;
    const { narrow, wide } = networksOf(origin.address);
    return {
      user,
      account: { key, generation: generationOf(user), isKnownNetwork },
      turn: isKnownNetwork ? { purpose: 'known_login', caller: [key] } : { purpose: 'login', caller: [wide, narrow] },
    };
  }
}

function withSecrets(manager: EntityManager): SelectQueryBuilder<User> {
  return manager.createQueryBuilder(User, 'user').addSelect(['user.passwordHash', 'user.locksClearedAt']);
}

/** Failures are forgotten when the password changes, and when an administrator says so, from whatever process. */
function generationOf(user: User | null): string {
  return `${user?.passwordHash ?? ''} ${String(user?.locksClearedAt?.getTime() ?? 0)}`;
}
