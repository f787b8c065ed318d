/** Collects statistics of what a user sees, and keeps them for a while, so that looking often costs nothing. */
import { Inject, Injectable } from '@nestjs/common';
import {
  Clock,
  TokenStatisticsService,
  UnitOfWork,
  verificationTally,
  type DirectoryUser,
  type StatisticsScope,
} from '../../../core/index.js';
import { Account, MemberAccounts, MemberRoles, User, type RolesByAccount } from '../../../identity/index.js';
import type { Values } from '../../../settings/index.js';
import { LATCHKEY_API_OPTIONS } from '../latchkey.options.js';
import type { LATCHKEY_API_SETTINGS } from '../latchkey.settings.js';
import { timeView } from '../times.js';
import { statsView, type StatsView } from './stats.views.js';

/** Users whose statistics are kept. */
const MOST_KEPT = 500;

interface Kept {
  readonly until: number;
  /** Of the user, when they were counted. */
  readonly roles: RolesByAccount;
  readonly stats: Promise<StatsView>;
}

@Injectable()
export class Stats {
  private readonly started: Date;
  /** By the id of the user; `null` for all administrators of the server. */
  private readonly kept = new Map<number | null, Kept>();

  constructor(
    private readonly statistics: TokenStatisticsService,
    private readonly unitOfWork: UnitOfWork,
    private readonly roles: MemberRoles,
    private readonly clock: Clock,
    @Inject(LATCHKEY_API_OPTIONS) private readonly options: Values<typeof LATCHKEY_API_SETTINGS>,
  ) {
    this.started = clock.now();
  }

  async of(user: DirectoryUser): Promise<StatsView> {
    const roles: RolesByAccount = user.admin ? new Map() : await this.roles.of(user.id);
    const key = user.admin ? null : user.id;
    const now = performance.now();
    const known = this.kept.get(key);
    if (known && known.until > now && areSame(known.roles, roles)) return known.stats;
    const scope = user.admin ? 'all' : { accounts: new MemberAccounts(user.id, roles), userId: user.id };
    const stats = this.collected(user, scope, roles.size);
    this.kept.delete(key);
    this.kept.set(key, { until: now + this.options.statisticsSeconds * 1000, roles, stats });
    stats.catch(() => this.kept.delete(key));
    const [oldest] = this.kept.keys();
    if (oldest !== undefined && this.kept.size > MOST_KEPT) this.kept.delete(oldest);
    return stats;
  }

  private async collected({ id, admin }: DirectoryUser, scope: StatisticsScope, accounts: number): Promise<StatsView> {
    const at = this.clock.now();
    const tokens = await this.statistics.take(id, scope);
    if (!admin) return statsView(at, tokens, { users: null, accounts, verifications: null });
    const counted = await this.unitOfWork.read(async (manager) => ({
      users: await manager.count(User),
      accounts: await manager.count(Account),
    }));
    return statsView(at, tokens, { ...counted, verifications: this.verifications() });
  }

  private verifications(): NonNullable<StatsView['verifications']> {
    const refused: Record<string, number> = {};
    let admitted = 0;
    for (const { status, count } of verificationTally.counts) {
      if (status === 'valid') admitted += count;
      else refused[status] = (refused[status] ?? 0) + count;
    }
    return { since: timeView(this.started), admitted, refused };
  }
}

/** Whether these are roles in the same accounts. */
function areSame(one: RolesByAccount, other: RolesByAccount): boolean {
  return one === other || (one.size === other.size && [...one.keys()].every((id) => other.has(id)));
}
