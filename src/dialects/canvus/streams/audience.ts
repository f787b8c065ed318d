/** Everybody who watches anything, by user: whoever may have lost the right to is asked for before his next line. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DomainError, TokenChange, describeForLog, type Change } from '../../../core/index.js';
import type { Standing, StandingCheck } from '../../../identity/index.js';
import { Refusal, Unauthorized } from '../canvus.errors.js';
import { PERMISSION_DENIED, USER_UNUSABLE } from '../canvus.messages.js';
import type { Subscriber } from './subscriber.js';

export class Audience {
  private readonly logger = new Logger(Audience.name);
  private readonly byUser = new Map<number, Set<Subscriber>>();
  private readonly doubtful = new Set<Subscriber>();
  private isAsking = false;
  /** Those who are being asked for; whether they could be. */
  private question: Promise<boolean> = Promise.resolve(true);

  constructor(private readonly standings: StandingCheck) {}

  /** From here on he is ended when he may not watch any more; that he may now is asked first. */
  add(subscriber: Subscriber): void {
    const his = this.byUser.get(subscriber.userId) ?? new Set();
    this.byUser.set(subscriber.userId, his.add(subscriber));
    this.doubt([subscriber]);
  }

  remove(subscriber: Subscriber): void {
    this.doubtful.delete(subscriber);
    const his = this.byUser.get(subscriber.userId);
    if (his?.delete(subscriber) && his.size === 0) this.byUser.delete(subscriber.userId);
  }

  /** @param userId - whose change it is, `null` for one of no user */
  noticed(change: Change, userId: number | null): void {
    const his = userId === null ? undefined : this.byUser.get(userId);
    if (!his || !change.revokesAccess()) return;
    this.doubt(change instanceof TokenChange ? [...his].filter((one) => comesWith(one, change.tokenId)) : his);
  }

  /**
   * To be awaited before lines go out, which else would have to wait for those who are in doubt. While changes are not
   * heard of, that is everybody.
   */
  async cleared(subscribers: Iterable<Subscriber>): Promise<void> {
    if (!this.standings.isCurrent()) this.doubt(subscribers);
    // Whoever is doubtful now is being asked for, or comes next.
    for (let questions = 0; questions < 2 && this.isAsking; questions += 1) await this.question;
  }

  /** Changes may have been missed. */
  mistrust(): void {
    for (const his of this.byUser.values()) this.doubt(his);
  }

  /** Asks for those of whom it is not known, if that is not being done. */
  ask(): void {
    if (this.isAsking || this.doubtful.size === 0) return;
    this.isAsking = true;
    void this.questions();
  }

  private doubt(subscribers: Iterable<Subscriber>): void {
    for (const subscriber of subscribers) {
      subscriber.mistrust();
      this.doubtful.add(subscriber);
    }
    this.ask();
  }

  private async questions(): Promise<void> {
    let isGoing = true;
    while (isGoing && this.doubtful.size > 0) {
      this.question = this.askForAll();
      isGoing = await this.question;
    }
    this.isAsking = false;
  }

  /** @returns whether the database could be asked */
  private async askForAll(): Promise<boolean> {
    // Who comes in the same moment shares the question.
    await nextTurn();
    const subscribers = [...this.doubtful];
    this.doubtful.clear();
    try {
      const standings = await this.standings.of(subscribers.map(({ tokenId }) => tokenId));
      for (const subscriber of subscribers) this.judge(subscriber, standings.get(subscriber.tokenId));
      return true;
    } catch (error) {
      if (!(error instanceof DomainError)) this.logger.error(describeForLog(error));
      this.askAgainFor(subscribers);
      return false;
    }
  }

  private judge(subscriber: Subscriber, standing: Standing | undefined): void {
    if (standing?.status !== 'authenticated') {
      subscriber.end(standing?.status === 'unusable' ? new Refusal(403, USER_UNUSABLE) : new Unauthorized());
      return;
    }
    const { user, expiresAt } = standing;
    const isPermitted = subscriber.ownerId === null || subscriber.ownerId === user.id || user.admin;
    if (!isPermitted) subscriber.end(new Refusal(403, PERMISSION_DENIED));
    // Something may have happened since the answer was on its way.
    else if (!this.doubtful.has(subscriber)) subscriber.trust(expiresAt);
  }

  private askAgainFor(subscribers: readonly Subscriber[]): void {
    for (const subscriber of subscribers) {
      const isStillThere = this.byUser.get(subscriber.userId)?.has(subscriber);
      if (isStillThere) this.doubtful.add(subscriber);
    }
  }
}

function comesWith({ tokenId, parentId }: Subscriber, changedToken: string): boolean {
  return tokenId === changedToken || parentId === changedToken;
}
