/** Disables or deletes service tokens that nobody has used for long (docs/contracts/cloudflare.md §4.5). */
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Brackets, type EntityManager } from 'typeorm';
import { Organization, policyNaming, type InactivityAction } from '../../applications/index.js';
import { Clock, LastSeen, SYSTEM, SteadyTime, TokenService, UnitOfWork, errorSummary } from '../../core/index.js';
import { cleanupChannel } from '../../identity/index.js';
import type { Values } from '../../settings/index.js';
import { CLOUDFLARE_OPTIONS } from './cloudflare.options.js';
import type { CLOUDFLARE_SETTINGS } from './cloudflare.settings.js';
import { ServiceToken } from './service-token.entity.js';

/** A token that nobody has used, and what becomes of it. */
export interface InactiveToken {
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
  readonly action: InactivityAction;
}

/** What is asked of an account's tokens. */
interface Rule {
  readonly accountId: string;
  readonly days: number;
  readonly action: InactivityAction;
}

/** How tokens are judged. */
interface Judging {
  readonly dryRun: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** From the start to the first round. */
const INITIAL_DELAY_MS = 60_000;
/** Candidates read at a time. */
const BATCH = 200;
const TASK = 'inactive service tokens';

/** Taken back what was changed, because a use came in. */
class UsedMeanwhile extends Error {}

/** Disables or deletes service tokens that nobody has used for as long as the settings say. */
@Injectable()
export class InactiveTokens implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(InactiveTokens.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tokens: TokenService,
    private readonly lastSeen: LastSeen,
    private readonly clock: Clock,
    private readonly steady: SteadyTime,
    @Inject(CLOUDFLARE_OPTIONS) private readonly options: Values<typeof CLOUDFLARE_SETTINGS>,
  ) {}

  onApplicationBootstrap(): void {
    if (this.options.inactivity !== 'off') this.running = this.rounds(this.options.inactivity === 'report');
  }

  /** Finishes the token at hand. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /**
   * One round: for each token that looks inactive, all instances write the last uses that they know of, and then it is
   * judged in the transaction that changes it.
   * @param dryRun - whether nothing is changed
   * @param now - milliseconds since 1970. Default: the time of the clock
   * @returns the tokens that were, or would be, disabled or deleted
   */
  async run(dryRun = false, now = this.clock.now().getTime()): Promise<InactiveToken[]> {
    const done: InactiveToken[] = [];
    for (const rule of await this.unitOfWork.read(rules)) {
      let after = '';
      while (!this.stopping.signal.aborted) {
        const ids = await this.unitOfWork.read((manager) => this.candidates(manager, rule, now, after));
        for (const id of ids) {
          // Anew for each: other instances may have heard of a use while the ones before it were judged.
          await this.lastSeen.collect();
          const token = await this.judge(rule, id, { dryRun, now });
          if (token) done.push(token);
        }
        after = ids.at(-1) ?? '';
        if (ids.length < BATCH) break;
      }
    }
    return done;
  }

  /** Ids of tokens that look inactive, in order. */
  private async candidates(manager: EntityManager, rule: Rule, now: number, after: string): Promise<string[]> {
    const before = endOfWindow(rule, now).getTime();
    const query = manager
      .createQueryBuilder(ServiceToken, 'token')
      .select('token.id', 'id')
      .where('token.accountId = :accountId AND token.id > :after', { accountId: rule.accountId, after })
      .andWhere('token.createdAt < :before AND token.updatedAt < :before', { before })
      .andWhere(
        new Brackets((unused) => {
          unused.where('token.lastSeenAt IS NULL').orWhere('token.lastSeenAt < :before', { before });
        }),
      )
      .orderBy('token.id')
      .limit(BATCH);
    if (rule.action === 'disable') query.andWhere('token.enabled = :enabled', { enabled: true });
    return (await query.getRawMany<{ id: string }>()).map(({ id }) => id);
  }

  /** Judges and changes in one transaction, since the token may have been used, changed or named by a policy since it was read. */
  private async judge(rule: Rule, id: string, { dryRun, now }: Judging): Promise<InactiveToken | null> {
    const { accountId, action } = rule;
    try {
      return await this.unitOfWork.write(SYSTEM, async (tx) => {
        const token = await tx.lockForUpdate(ServiceToken, { id }, { accountId });
        const asked = await tx.lockShared(Organization, { accountId });
        if (!token || !isAskedFor(asked, rule) || !isInactive(rule, now, token)) return null;
        if (await policyNaming(tx.manager, id)) return null;
        if (!dryRun) {
          if (action === 'delete') await this.tokens.revoke(tx, ServiceToken, token);
          else await this.tokens.update(tx, ServiceToken, token, { enabled: false });
        }
        // What was used until now is in memory at least.
        if (this.lastSeen.isWaiting(id)) throw new UsedMeanwhile();
        return { id, name: token.label, accountId, action };
      });
    } catch (error) {
      if (error instanceof UsedMeanwhile) return null;
      throw error;
    }
  }

  private async rounds(dryRun: boolean): Promise<void> {
    const { signal } = this.stopping;
    const pause = (milliseconds: number): Promise<boolean> =>
      delay(milliseconds, true, { signal, ref: false }).catch(() => false);
    for (let goesOn = await pause(INITIAL_DELAY_MS); goesOn; goesOn = await pause(HOUR_MS)) await this.round(dryRun);
  }

  private async round(dryRun: boolean): Promise<void> {
    if (!this.steady.hasBegun) return;
    const began = performance.now();
    try {
      const done = await this.run(dryRun, this.steady.at(this.clock.now().getTime()));
      publish('done', began, dryRun ? 0 : done.length);
      for (const { id, accountId, action } of done) {
        this.logger.log(`service token ${id} of account ${accountId} is inactive: ${dryRun ? 'would ' : ''}${action}`);
      }
    } catch (error) {
      publish('failed', began, 0);
      this.logger.error(`could not look for inactive service tokens: ${errorSummary(error)}`);
    }
  }
}

/** A change counts like a use: a token that somebody renews, enables or rotates is going to be used. */
function isInactive(rule: Rule, now: number, { createdAt, updatedAt, lastSeenAt, enabled }: ServiceToken): boolean {
  const before = endOfWindow(rule, now);
  const moments = [createdAt, updatedAt, ...(lastSeenAt ? [lastSeenAt] : [])];
  return moments.every((moment) => moment < before) && (enabled || rule.action === 'delete');
}

/** What was used since then is in use. */
function endOfWindow({ days }: Rule, now: number): Date {
  return new Date(now - days * DAY_MS);
}

async function rules(manager: EntityManager): Promise<Rule[]> {
  const organizations = await manager.find(Organization, { where: { inactivityEnabled: true } });
  return organizations.flatMap(({ accountId, inactivityDays: days, inactivityAction: action }) =>
    days !== null && action !== null ? [{ accountId, days, action }] : [],
  );
}

/** Whether the account still asks for the same. */
function isAskedFor(organization: Organization | null, { days, action }: Rule): boolean {
  if (!organization?.inactivityEnabled) return false;
  return organization.inactivityDays === days && organization.inactivityAction === action;
}

function publish(outcome: 'done' | 'failed', began: number, removed: number): void {
  if (!cleanupChannel.hasSubscribers) return;
  cleanupChannel.publish({ task: TASK, outcome, removed, durationMs: performance.now() - began });
}
