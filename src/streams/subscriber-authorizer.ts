/** Re-checks subscribers' access whenever they may have lost it, before their next line is sent. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DomainError, TokenChange, errorSummary, nextTurn, type Change } from '../core/index.js';
import { AccountChange, MembershipChange, type TokenStatus, type TokenRevalidator } from '../identity/index.js';
import type { ForeignSession } from './stream-form.js';
import type { Subscriber } from './subscriber.js';

/** Subscribers of which each may be written to, in one turn of the event loop. */
const SUBSCRIBERS_PER_TURN = 200;

/** When somebody else was asked about a subscriber, and how often. */
interface ForeignCheck {
  at: number;
  number: number;
}

export class SubscriberAuthorizer {
  private readonly logger = new Logger(SubscriberAuthorizer.name);
  private readonly byUser = new Map<number, Set<Subscriber>>();
  private readonly unchecked = new Set<Subscriber>();
  private readonly foreign = new Map<Subscriber, ForeignCheck>();
  private isChecking = false;
  /** The check in progress; resolves to whether the database could be read. */
  private check: Promise<boolean> = Promise.resolve(true);

  constructor(private readonly revalidator: TokenRevalidator) {}

  /** Whether this instance currently receives every change. */
  isCurrent(): boolean {
    return this.revalidator.isCurrent();
  }

  /** Adds a subscriber, starting with a check. The stream is ended when the subscriber loses access. */
  add(subscriber: Subscriber): void {
    const sameUser = this.byUser.get(subscriber.userId) ?? new Set();
    this.byUser.set(subscriber.userId, sameUser.add(subscriber));
    if (subscriber.foreign) this.foreign.set(subscriber, { at: performance.now(), number: 0 });
    this.invalidateAll([subscriber]);
  }

  remove(subscriber: Subscriber): void {
    this.unchecked.delete(subscriber);
    this.foreign.delete(subscriber);
    const sameUser = this.byUser.get(subscriber.userId);
    if (sameUser?.delete(subscriber) && sameUser.size === 0) this.byUser.delete(subscriber.userId);
  }

  /** @param userId - the user that the change belongs to, or `null` */
  onChange(change: Change, userId: number | null): void {
    if (!change.revokesAccess()) return;
    if (change instanceof AccountChange || change instanceof MembershipChange) {
      this.invalidateAll(this.followersOfMemberships());
      return;
    }
    const affected = userId === null ? undefined : this.byUser.get(userId);
    if (!affected) return;
    this.invalidateAll(
      change instanceof TokenChange ? [...affected].filter((one) => dependsOn(one, change.tokenId)) : affected,
    );
  }

  /**
   * Await before sending: otherwise the line is queued for every subscriber whose access is being re-checked. While this
   * instance receives no changes, every subscriber is re-checked.
   */
  async authorized(subscribers: Iterable<Subscriber>): Promise<void> {
    if (!this.isCurrent()) this.invalidateAll(subscribers);
    // A subscriber that is unchecked now is covered by the current check or by the next one.
    for (let checks = 0; checks < 2 && this.isChecking; checks += 1) await this.check;
  }

  /** Call when changes may have been missed. */
  invalidate(): void {
    for (const subscribers of this.byUser.values()) this.invalidateAll(subscribers);
  }

  /** Checks unchecked subscribers unless a check is running. */
  checkPending(): void {
    if (this.isChecking || this.unchecked.size === 0) return;
    this.isChecking = true;
    void this.checkLoop();
  }

  /** Re-checks those of which nothing is told when they lose their access. @param now - from `performance.now()` */
  recheckForeign(now: number): void {
    for (const [subscriber, { at }] of this.foreign)
      if (now - at >= (subscriber.foreign?.recheckMs ?? 0)) this.invalidateAll([subscriber]);
  }

  private *followersOfMemberships(): Generator<Subscriber> {
    for (const sameUser of this.byUser.values()) {
      for (const subscriber of sameUser) if (subscriber.access.followsMemberships) yield subscriber;
    }
  }

  private invalidateAll(subscribers: Iterable<Subscriber>): void {
    for (const subscriber of subscribers) {
      subscriber.invalidate();
      this.unchecked.add(subscriber);
    }
    this.checkPending();
  }

  private async checkLoop(): Promise<void> {
    let canContinue = true;
    while (canContinue && this.unchecked.size > 0) {
      this.check = this.checkOnce();
      canContinue = await this.check;
    }
    this.isChecking = false;
  }

  /** @returns whether the database could be read */
  private async checkOnce(): Promise<boolean> {
    // Subscribers added in the same tick share one query.
    await nextTick();
    const all = [...this.unchecked];
    this.unchecked.clear();
    const subscribers = all.filter((one) => !this.askForeign(one));
    try {
      const statuses = await this.revalidator.statusesOf(subscribers.map(({ tokenId }) => tokenId));
      for (const [at, subscriber] of subscribers.entries()) {
        if (at > 0 && at % SUBSCRIBERS_PER_TURN === 0) await nextTurn();
        await this.apply(subscriber, statuses.get(subscriber.tokenId));
      }
      return true;
    } catch (error) {
      if (!(error instanceof DomainError)) this.logger.error(errorSummary(error));
      this.requeue(subscribers);
      return false;
    }
  }

  /** Nobody else waits for the answer: until then, the lines of the subscriber do. @returns whether somebody is asked */
  private askForeign(subscriber: Subscriber): boolean {
    const { foreign } = subscriber;
    const check = this.foreign.get(subscriber);
    if (!foreign || !check) return foreign !== undefined;
    check.at = performance.now();
    const number = (check.number += 1);
    void this.applyForeign(subscriber, foreign, () => check.number === number && !this.unchecked.has(subscriber));
    return true;
  }

  /** @param isLatest - whether no later check decides */
  private async applyForeign(subscriber: Subscriber, foreign: ForeignSession, isLatest: () => boolean): Promise<void> {
    try {
      const status = await foreign.status();
      if (isLatest()) await this.apply(subscriber, status, isLatest);
    } catch (error) {
      subscriber.end(error instanceof Error ? error : subscriber.form.unauthenticated());
    }
  }

  private async apply(
    subscriber: Subscriber,
    status: TokenStatus | undefined,
    isLatest = (): boolean => !this.unchecked.has(subscriber),
  ): Promise<void> {
    if (status?.status !== 'authenticated') {
      const { form } = subscriber;
      subscriber.end(status?.status === 'unusable' ? form.unusable() : form.unauthenticated());
      return;
    }
    const { user, expiresAt } = status;
    const refusal = await subscriber.access.refusal(user);
    if (refusal) subscriber.end(refusal);
    // Access may have been lost again while the queries ran.
    else if (isLatest()) subscriber.authorize(expiresAt);
  }

  private requeue(subscribers: readonly Subscriber[]): void {
    for (const subscriber of subscribers) {
      const isSubscribed = this.byUser.get(subscriber.userId)?.has(subscriber);
      if (isSubscribed) this.unchecked.add(subscriber);
    }
  }
}

function dependsOn({ tokenId, parentId }: Subscriber, changedToken: string): boolean {
  return tokenId === changedToken || parentId === changedToken;
}
