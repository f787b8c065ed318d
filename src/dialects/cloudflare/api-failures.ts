/** Limits the requests with wrong API credentials, which the vendor answers by 429 (docs/contracts/cloudflare.md §3). */
import { Inject, Injectable } from '@nestjs/common';
import { Clock, DomainError, LocalFailureCounters, networksOf, type Origin } from '../../core/index.js';
import { throttleChannel } from '../../identity/index.js';
import type { Values } from '../../settings/index.js';
import { CLOUDFLARE_OPTIONS } from './cloudflare.options.js';
import type { CLOUDFLARE_SETTINGS } from './cloudflare.settings.js';

/** As long as the window of the vendor's own limit. */
const WINDOW_MS = 300_000;

/** Networks that are counted: some megabytes. */
const NETWORKS = 50_000;

/**
 * Counted by each instance in memory. Credentials are too long to be guessed: the limit stops clients that go on with a
 * wrong one, and tells them. Right ones are not asked about, so nobody is kept out by others behind the same address.
 */
@Injectable()
export class ApiFailures {
  private readonly counters: LocalFailureCounters;

  constructor(
    clock: Clock,
    @Inject(CLOUDFLARE_OPTIONS) private readonly options: Pick<Values<typeof CLOUDFLARE_SETTINGS>, 'apiFailures'>,
  ) {
    this.counters = new LocalFailureCounters(clock, NETWORKS);
  }

  /** Counts a request whose credentials are not accepted. @throws DomainError `throttled` */
  async refused({ address, requestId = null }: Origin): Promise<void> {
    const { apiFailures: capacity } = this.options;
    if (capacity === 0) return;
    const limits = [{ key: networksOf(address).narrow, capacity }];
    const reached = await this.counters.count(limits, WINDOW_MS);
    if (!reached) return;
    const retryAfterSeconds = Math.max(1, Math.ceil(reached.waitMs / 1000));
    if (throttleChannel.hasSubscribers) {
      throttleChannel.publish({ purpose: 'api', bucket: 'network', retryAfterSeconds, address, requestId });
    }
    throw new DomainError(
      'throttled',
      'Too many requests with wrong credentials came from this network (setting CLOUDFLARE_API_FAILURES); use a valid ' +
        `token or key, or try again in ${String(retryAfterSeconds)} seconds`,
      retryAfterSeconds,
    );
  }
}
