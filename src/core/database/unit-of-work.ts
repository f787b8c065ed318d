/** The only way to change data: a transaction, its audit rows, and its events after the commit. */
import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { beyondScopes } from '../tokens/scopes.js';
import { ActorCheck } from './actor-check.js';
import { ChangeCheck } from './change-check.js';
import { SYSTEM, type Actor } from './actor.js';
import { AuditSink } from '../audit/audit-sink.js';
import { ChangeRelay, type ChangePublication } from '../changes/change-relay.js';
import { TokenChange, type Change } from '../changes/changes.js';
import { writeChannel } from '../channels.js';
import { Clock } from '../clock.js';
import { UniqueViolation } from '../errors.js';
import { readableAgent } from '../text-rules.js';
import { tracing, startSpan } from '../tracing.js';
import { LocksNeeded } from './locks.js';
import { ObservedWrite } from './observed-write.js';
import { Transaction } from './transaction.js';
import { Transactor, type DatabaseWork } from './transactor.js';
import type { HostTransactions, JoinedWork } from './host-transactions.js';

/** Alike events of one hour share a row of the audit log. */
const AGGREGATION_MS = 3_600_000;

/** Reads and writes, in transactions of our own or in one of the host's. */
export type WorkUnit = Pick<UnitOfWork, 'read' | 'write'>;

/**
 * Reads and writes. A write is all or nothing: its rows and audit rows are committed together, then every instance is
 * notified, then the caller gets the result. Work must await nothing but the database, and must not start another unit
 * of work.
 */
@Injectable()
export class UnitOfWork {
  constructor(
    private readonly transactor: Transactor,
    private readonly relay: ChangeRelay,
    private readonly clock: Clock,
    private readonly actors: ActorCheck,
    private readonly auditSink: AuditSink,
    private readonly changeCheck: ChangeCheck,
  ) {}

  /** Reads committed rows. */
  read<T>(work: DatabaseWork<T>): Promise<T> {
    return this.transactor.read(work);
  }

  /**
   * Changes rows on behalf of an actor, if they may still act. The work may run more than once; earlier runs are rolled
   * back.
   * @throws DomainError `unauthenticated`, `not_permitted`, `scopes_exceeded`, and what {@link ChangeCheck} throws
   */
  write<T>(actor: Actor, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    if (!tracing.isOn)
      return this.written(actor, work, writeChannel.hasSubscribers ? new ObservedWrite(actor) : undefined);
    const observed = new ObservedWrite(actor, startSpan('unit of work', {}));
    return observed.run(() => this.written(actor, work, observed));
  }

  /**
   * Reads and writes in an open transaction of the host, whose commit or rollback decides on the changes. Reads see what
   * it has written.
   */
  within(manager: EntityManager, transactions: HostTransactions): WorkUnit {
    return {
      read: (work) =>
        transactions.run(manager, async (joined) => ({
          result: await work(joined),
          changes: [],
          isAlreadyRevoked: false,
        })),
      write: (actor, work) =>
        withLocks((needed) => transactions.run(manager, (joined) => this.perform(joined, actor, work, needed))),
    };
  }

  private async written<T>(
    actor: Actor,
    work: (transaction: Transaction) => Promise<T>,
    observed: ObservedWrite | undefined,
  ): Promise<T> {
    const publication = this.relay.newPublication();
    try {
      const result = await this.committed(actor, work, publication, observed);
      observed?.committed();
      await publication.acknowledged();
      observed?.ended();
      return result;
    } catch (error) {
      observed?.ended(error);
      throw error;
    } finally {
      publication.close();
    }
  }

  private async committed<T>(
    actor: Actor,
    work: (transaction: Transaction) => Promise<T>,
    publication: ChangePublication,
    observed: ObservedWrite | undefined,
  ): Promise<T> {
    return withLocks((needed) =>
      this.transactor.write(async (manager) => {
        const { result, changes, isAlreadyRevoked } = await this.perform(manager, actor, work, needed);
        await publication.publish(manager, changes, isAlreadyRevoked);
        observed?.worked(changes);
        return result;
      }),
    );
  }

  /** Everything within the transaction but the publication. @throws LocksNeeded */
  private async perform<T>(
    manager: EntityManager,
    actor: Actor,
    work: (transaction: Transaction) => Promise<T>,
    needed: LocksNeeded['locks'],
  ): Promise<JoinedWork<T>> {
    const transaction = new Transaction(manager, actor, this.transactor, this.clock);
    await transaction.locks.takeInOrder(needed);
    if (actor.tokenId !== null || actor.hostSignIn)
      transaction.actorUser = await this.actors.authorize(transaction, actor);
    const result = await work(transaction);
    transaction.locks.confirm();
    requireScope(transaction);
    if (transaction.changes.length > 0) await this.changeCheck.confirm(transaction);
    await this.audit(actor, transaction);
    const { changes, isAlreadyRevoked } = transaction;
    return { result, changes, isAlreadyRevoked };
  }

  /** For a caller whose target is already revoked: resolves once every instance has acknowledged it. */
  async awaitPropagation(): Promise<void> {
    await this.write(SYSTEM, (transaction) => {
      transaction.alreadyRevoked();
      return Promise.resolve();
    });
  }

  private async audit(actor: Actor, transaction: Transaction): Promise<void> {
    const { changes, now } = transaction;
    if (changes.length === 0) return;
    const entries = withoutTold(changes).map((change) => ({
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
      userId: change.userId,
      userAgent: readableAgent(actor.userAgent),
      aggregateKey: aggregateKeyOf(change, actor, now),
      details: actor.hostSignIn ? { ...change.details, signed_in_by: 'host' } : { ...change.details },
    }));
    await this.auditSink.write(transaction, entries);
  }
}

/**
 * Whatever else is changed could open a way around the scopes: a password, a role, a policy. {@link TokenService} looks
 * after tokens.
 */
function requireScope({ actorScopes, changes }: Transaction): void {
  if (actorScopes !== null && !changes.every((change) => change instanceof TokenChange))
    throw beyondScopes(actorScopes);
}

/** Runs work until it has all its locks: each further run takes one more lock at its start. */
async function withLocks<T>(run: (needed: LocksNeeded['locks']) => Promise<T>): Promise<T> {
  let needed: LocksNeeded['locks'] = [];
  for (;;) {
    try {
      return await run(needed);
    } catch (error) {
      if (!(error instanceof LocksNeeded)) throw error;
      needed = error.locks;
    }
  }
}

/** Awaits a write and translates a violated unique constraint into a domain error. */
export async function whenTaken<T>(write: Promise<T>, meaning: (rule: string) => Error): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw error instanceof UniqueViolation ? meaning(error.rule) : error;
  }
}

/** Without those that the row of another one tells. */
function withoutTold(changes: readonly Change[]): readonly Change[] {
  const tellers = changes.filter((change) => 'tells' in change);
  if (tellers.length === 0) return changes;
  return changes.filter((change) => !tellers.some((teller) => teller !== change && teller.tells?.(change)));
}

function aggregateKeyOf(change: Change, actor: Actor, now: Date): string | null {
  const by = change.aggregatedBy(actor);
  if (by === null) return null;
  return hash('sha256', `${change.type} ${String(Math.floor(now.getTime() / AGGREGATION_MS))} ${by}`);
}
