/** Remembers from which networks users have signed in, for the limits on guessing. */
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { In, LessThan } from 'typeorm';
import { Clock, findRow, type Origin, type Transaction } from '../../core/index.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from '../options.js';
import { KnownNetwork } from './known-network.entity.js';
import { networksOf, storedTime } from '../../core/index.js';

const DAY_MS = 86_400_000;

/** No user has this id: asking for it takes as long as for one who exists. */
const NOBODY = 0;

@Injectable()
export class KnownNetworks {
  constructor(
    @Inject(IDENTITY_OPTIONS) private readonly options: Pick<IdentityOptions, 'loginThrottle'>,
    private readonly clock: Clock,
  ) {}

  /** Whether a user has signed in from the caller's network lately; a user who does not exist has not. */
  async isKnown(manager: EntityManager, userId: number | undefined, { address }: Origin): Promise<boolean> {
    const network = networksOf(address).narrow;
    const row = await findRow(manager, KnownNetwork, { userId: userId ?? NOBODY, network });
    return row !== null && row.seenAt >= this.oldest(this.clock.now());
  }

  /** Notes a login, once a day. The user is locked by the transaction. Too many networks: the oldest is forgotten. */
  async remember({ manager, now }: Transaction, userId: number, { address }: Origin): Promise<void> {
    const { knownNetworks } = this.options.loginThrottle;
    if (address === null || knownNetworks === 0) return;
    const network = networksOf(address).narrow;
    const known = await findRow(manager, KnownNetwork, { userId, network });
    if (known && now.getTime() - known.seenAt.getTime() < DAY_MS) return;
    await manager.upsert(KnownNetwork, { userId, network, seenAt: now }, ['userId', 'network']);
    if (known) return;
    const rows = await manager.find(KnownNetwork, {
      where: { userId },
      order: { seenAt: 'DESC' },
      skip: knownNetworks,
    });
    if (rows.length === 0) return;
    await manager.delete(KnownNetwork, { userId, network: In(rows.map((row) => row.network)) });
  }

  /**
   * Removes networks that are no longer known, at most `limit`.
   * @returns the number of removed rows
   */
  async removeOld({ manager }: Transaction, limit: number, now: Date): Promise<number> {
    const seenAt = LessThan(storedTime(this.oldest(now)));
    const rows = await manager.find(KnownNetwork, { where: { seenAt }, order: { seenAt: 'ASC' }, take: limit });
    for (const { userId, network } of rows) await manager.delete(KnownNetwork, { userId, network, seenAt });
    return rows.length;
  }

  private oldest(now: Date): Date {
    return new Date(now.getTime() - this.options.loginThrottle.knownNetworkDays * DAY_MS);
  }
}
