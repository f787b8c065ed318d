/** Forgets the failures that were counted for a network as a whole, when an administrator says so. */
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import {
  ChangeAwareCache,
  ChangeRelay,
  EventBus,
  UnitOfWork,
  networksOf,
  type Actor,
  type Networks,
} from '../../core/index.js';
import { NetworkLocksCleared } from '../changes.js';
import { RecordedTime } from '../recorded-time.js';
import { insertUnlessThere } from '../server-settings.js';
import { ServerValue } from '../server-value.entity.js';

/** The row that has the networks and when each was cleared, in milliseconds since 1970, as a JSON object. */
const ROW = 'cleared-networks';

/** No failure counts for longer (`LOGIN_FAILURE_WINDOW_SECONDS`), so that older times can be forgotten. */
const LONGEST_WINDOW_MS = 86_400_000;

type ClearedAt = Readonly<Record<string, number>>;

/**
 * When a network was cleared is part of what is counted: its counters begin at zero, in whatever process that was done.
 */
@Injectable()
export class ClearedNetworks implements OnModuleDestroy {
  private readonly cache: ChangeAwareCache<string, ClearedAt>;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly time: RecordedTime,
    relay: ChangeRelay,
    events: EventBus,
  ) {
    this.cache = new ChangeAwareCache({ entries: 1, seconds: 300 }, relay, events, [NetworkLocksCleared], () => 'all');
  }

  onModuleDestroy(): void {
    this.cache.close();
  }

  /** When networks were cleared, by their names; those that were cleared long ago may be missing. */
  times(): ClearedAt | Promise<ClearedAt> {
    return this.cache.get(ROW, () =>
      this.unitOfWork.read(async (manager) => read(await manager.findOneBy(ServerValue, { name: ROW }))),
    );
  }

  /**
   * Forgets what was counted for the networks of an address, whatever the accounts: failed logins, refused tokens, and
   * wrong passwords of tokens. What was counted for a user or a token stays.
   * @param address - an IPv4 or IPv6 address
   * @returns the networks
   */
  async clear(actor: Actor, address: string): Promise<Networks> {
    const networks = networksOf(address);
    await this.unitOfWork.write(actor, async (tx) => {
      await insertUnlessThere(tx.manager, ROW, '{}');
      const now = tx.now.getTime();
      const time = (await this.time.of(tx)).getTime();
      const kept = Object.entries(read(await tx.lockForUpdate(ServerValue, { name: ROW })));
      const recent = Object.fromEntries(kept.filter(([, at]) => time - at < LONGEST_WINDOW_MS));
      const value = JSON.stringify({ ...recent, [networks.narrow]: now, [networks.wide]: now });
      await tx.manager.update(ServerValue, { name: ROW }, { value });
      tx.record(new NetworkLocksCleared(networks));
    });
    return networks;
  }
}

function read(row: ServerValue | null): ClearedAt {
  return row ? (JSON.parse(row.value) as ClearedAt) : {};
}
