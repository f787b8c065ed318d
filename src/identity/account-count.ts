/** Whether the server has more than one account, as verification asks for it: from memory where possible. */
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { CORE_OPTIONS, ChangeAwareCache, ChangeRelay, EventBus, UnitOfWork, type CoreOptions } from '../core/index.js';
import { Account } from './account.entity.js';
import { AccountCreated, AccountDeleted } from './changes.js';

/** The only key. */
const ACCOUNTS = 'accounts';

/** A caller who creates an account waits until every instance knows of it. */
@Injectable()
export class AccountCount implements OnModuleDestroy {
  private readonly cache: ChangeAwareCache<typeof ACCOUNTS, boolean>;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CORE_OPTIONS) { credentialCache }: Pick<CoreOptions, 'credentialCache'>,
    relay: ChangeRelay,
    events: EventBus,
  ) {
    const limits = { entries: Math.min(1, credentialCache.entries), seconds: credentialCache.seconds };
    this.cache = new ChangeAwareCache(limits, relay, events, [AccountCreated, AccountDeleted], () => [ACCOUNTS]);
  }

  onModuleDestroy(): void {
    this.cache.close();
  }

  /** Synchronous if no database access is needed. */
  isMoreThanOne(): boolean | Promise<boolean> {
    return this.cache.get(ACCOUNTS, async () => {
      const some = await this.unitOfWork.read((manager) => manager.find(Account, { select: { id: true }, take: 2 }));
      return some.length > 1;
    });
  }
}
