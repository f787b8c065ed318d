/** The one way to change anything: a transaction, its audit rows, and its events after the commit. */
import { Injectable } from '@nestjs/common';
import type { EntityManager, FindManyOptions, ObjectLiteral, ObjectType } from 'typeorm';
import { ActorCheck, type AuthorChange } from './actor-check.js';
import { SYSTEM, type Actor } from './actor.js';
import { AuditSink } from '../audit/audit-sink.js';
import { ChangeRelay } from '../changes/change-relay.js';
import type { Change } from '../changes/changes.js';
import { Clock } from '../clock.js';
import { Transactor, type DatabaseWork, type HoldMode } from './transactor.js';

/** What a unit of work can do while its transaction is open. */
export class Transaction {
  readonly changes: Change[] = [];
  isAlreadyRevoked = false;
  private moment: Date;

  constructor(
    readonly manager: EntityManager,
    /** On whose behalf the work is done. */
    readonly actor: Actor,
    private readonly transactor: Transactor,
    private readonly clock: Clock,
  ) {
    this.moment = clock.now();
  }

  /** The moment at which the transaction held the last rows that it asked for. */
  get now(): Date {
    return this.moment;
  }

  /** Rows that nobody else can change until this transaction ends. */
  async lock<E extends ObjectLiteral>(entity: ObjectType<E>, options: FindManyOptions<E>): Promise<E[]> {
    const rows = await this.transactor.lock(this.manager, entity, options);
    this.waited();
    return rows;
  }

  /**
   * Takes a turn at a thing, by kind and id, until this transaction ends: `share` to rely on it as it is, `change` to
   * change or remove it. Read it after that.
   */
  async hold(mode: HoldMode, kind: string, id: string | number): Promise<void> {
    await this.transactor.hold(this.manager, `${kind} ${String(id)}`, mode);
    this.waited();
  }

  /** Takes a turn at a piece of work that one instance at a time does; `false` when another does it now. */
  tryHold(work: string): Promise<boolean> {
    return this.transactor.tryHold(this.manager, `work ${work}`);
  }

  /** It may have taken a while, and what was in force before may be over. */
  private waited(): void {
    this.moment = this.clock.now();
  }

  /** Notes what was done: an audit row with the commit, an event after it. */
  record(change: Change): void {
    this.changes.push(change);
  }

  /**
   * Notes that what the author wants withdrawn is withdrawn: by somebody else, who may still be waiting until every
   * instance knows. So the author waits as well.
   */
  alreadyRevoked(): void {
    this.isAlreadyRevoked = true;
  }
}

/**
 * Reads and writes. A write is all or nothing: its rows and their audit rows are committed together, then every
 * instance hears of it, then the caller gets the result. Work must await nothing but the database, and must not
 * start another unit of work.
 */
@Injectable()
export class UnitOfWork {
  constructor(
    private readonly transactor: Transactor,
    private readonly relay: ChangeRelay,
    private readonly clock: Clock,
    private readonly actors: ActorCheck,
    private readonly auditSink: AuditSink,
  ) {}

  /** Reads committed rows. */
  read<T>(work: DatabaseWork<T>): Promise<T> {
    return this.transactor.read(work);
  }

  /**
   * Changes rows on behalf of an actor, if he may still act.
   * @param changing - `users` for work that changes users, `token` for work that changes the author's own token
   * @throws DomainError `unauthenticated`, `not_permitted`
   */
  async write<T>(
    actor: Actor,
    work: (transaction: Transaction) => Promise<T>,
    changing: AuthorChange = 'nothing',
  ): Promise<T> {
    const publication = this.relay.newPublication();
    try {
      const result = await this.transactor.write(async (manager) => {
        const transaction = new Transaction(manager, actor, this.transactor, this.clock);
        if (actor.tokenId !== null) await this.actors.authorize(transaction, actor, changing);
        const result = await work(transaction);
        await this.audit(actor, transaction);
        await publication.publish(manager, transaction.changes, transaction.isAlreadyRevoked);
        return result;
      });
      await publication.acknowledged();
      return result;
    } finally {
      publication.close();
    }
  }

  /** For who finds withdrawn what he wants withdrawn: settles when every instance knows. */
  async awaitPropagation(): Promise<void> {
    await this.write(SYSTEM, (transaction) => {
      transaction.alreadyRevoked();
      return Promise.resolve();
    });
  }

  private async audit(actor: Actor, transaction: Transaction): Promise<void> {
    const { changes, now } = transaction;
    if (changes.length === 0) return;
    const entries = changes.map((change) => ({
      createdAt: now,
      action: change.type,
      authorId: actor.userId,
      authorName: actor.userName,
      authorTokenId: actor.tokenId,
      ipAddress: actor.address,
      requestId: actor.requestId ?? null,
      targetType: change.target.type,
      targetId: change.target.id,
      targetName: change.target.name,
      accountId: change.accountId,
      details: { ...change.details },
    }));
    await this.auditSink.write(transaction, entries);
  }
}
