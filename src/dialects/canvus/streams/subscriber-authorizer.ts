/** Checks again whether subscribers may still watch: before their next line, whenever they may have lost the right. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DomainError, TokenChange, errorSummary, type Change } from '../../../core/index.js';
import type { TokenStatus, TokenRevalidator } from '../../../identity/index.js';
import { CanvusError, Unauthorized } from '../canvus.errors.js';
import { PERMISSION_DENIED, USER_UNUSABLE } from '../canvus.messages.js';
import type { Subscriber } from './subscriber.js';

export class SubscriberAuthorizer {
  private readonly logger = new Logger(SubscriberAuthorizer.name);
  private readonly byUser = new Map<number, Set<Subscriber>>();
  private readonly unchecked = new Set<Subscriber>();
  private isChecking = false;
  /** Those who are being asked for; whether they could be. */
  private check: Promise<boolean> = Promise.resolve(true);

  constructor(private readonly revalidator: TokenRevalidator) {}

  /** From here on he is ended when he may not watch any more; that he may now is asked first. */
  add(subscriber: Subscriber): void {
    const his = this.byUser.get(subscriber.userId) ?? new Set();
    this.byUser.set(subscriber.userId, his.add(subscriber));
    this.invalidateAll([subscriber]);
  }

  remove(subscriber: Subscriber): void {
    this.unchecked.delete(subscriber);
    const his = this.byUser.get(subscriber.userId);
    if (his?.delete(subscriber) && his.size === 0) this.byUser.delete(subscriber.userId);
  }

  /** @param userId - whose change it is, `null` for one of no user */
  onChange(change: Change, userId: number | null): void {
    const his = userId === null ? undefined : this.byUser.get(userId);
    if (!his || !change.revokesAccess()) return;
    this.invalidateAll(change instanceof TokenChange ? [...his].filter((one) => comesWith(one, change.tokenId)) : his);
  }

  /**
   * To be awaited before lines go out, which else would have to wait for those who are in doubt. While changes are not
   * heard of, that is everybody.
   */
  async authorized(subscribers: Iterable<Subscriber>): Promise<void> {
    if (!this.revalidator.isCurrent()) this.invalidateAll(subscribers);
    // Whoever is doubtful now is being asked for, or comes next.
    for (let checkLoop = 0; checkLoop < 2 && this.isChecking; checkLoop += 1) await this.check;
  }

  /** Changes may have been missed. */
  invalidate(): void {
    for (const his of this.byUser.values()) this.invalidateAll(his);
  }

  /** Asks for those of whom it is not known, if that is not being done. */
  checkPending(): void {
    if (this.isChecking || this.unchecked.size === 0) return;
    this.isChecking = true;
    void this.questions();
  }

  private invalidateAll(subscribers: Iterable<Subscriber>): void {
    for (const subscriber of subscribers) {
      subscriber.invalidate();
      this.unchecked.add(subscriber);
    }
    this.checkPending();
  }

  private async questions(): Promise<void> {
    let isGoing = true;
    while (isGoing && this.unchecked.size > 0) {
      this.check = this.checkOnce();
      isGoing = await this.check;
    }
    this.isChecking = false;
  }

  /** @returns whether the database could be asked */
  private async checkOnce(): Promise<boolean> {
    // Who comes in the same moment shares the question.
    await nextTick();
    const subscribers = [...this.unchecked];
    this.unchecked.clear();
    try {
      const statuses = await this.revalidator.statusesOf(subscribers.map(({ tokenId }) => tokenId));
      for (const subscriber of subscribers) this.apply(subscriber, statuses.get(subscriber.tokenId));
      return true;
    } catch (error) {
      if (!(error instanceof DomainError)) this.logger.error(errorSummary(error));
      this.requeue(subscribers);
      return false;
    }
  }

  private apply(subscriber: Subscriber, status: TokenStatus | undefined): void {
    if (status?.status !== 'authenticated') {
      subscriber.end(status?.status === 'unusable' ? new CanvusError(403, USER_UNUSABLE) : new Unauthorized());
      return;
    }
    const { user, expiresAt } = status;
    const isPermitted = subscriber.ownerId === null || subscriber.ownerId === user.id || user.admin;
    if (!isPermitted) subscriber.end(new CanvusError(403, PERMISSION_DENIED));
    // Something may have happened since the answer was on its way.
    else if (!this.unchecked.has(subscriber)) subscriber.authorize(expiresAt);
  }

  private requeue(subscribers: readonly Subscriber[]): void {
    for (const subscriber of subscribers) {
      const isStillThere = this.byUser.get(subscriber.userId)?.has(subscriber);
      if (isStillThere) this.unchecked.add(subscriber);
    }
  }
}

function comesWith({ tokenId, parentId }: Subscriber, changedToken: string): boolean {
  return tokenId === changedToken || parentId === changedToken;
}
