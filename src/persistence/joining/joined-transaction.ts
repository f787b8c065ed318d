/** One transaction of a host with the changes of ours that are part of it. */
import type { EntityManager } from 'typeorm';
import {
  DomainError,
  HostTransactionError,
  type Change,
  type ChangePublication,
  type ChangeRelay,
  type DatabaseWork,
  type JoinedWork,
} from '../../core/index.js';
import { isRetryable, translated } from '../driver-errors.js';
import type { JoinedEngine } from './joined-engine.js';

/** Numbers are given once in a process: marks of an earlier transaction may still be there. */
let last = 0;
function nextNumber(): number {
  last += 1;
  return last;
}

/** Work runs one after the other, each in a savepoint. */
export class JoinedTransaction {
  /** What was sent, by the number of the work. */
  private readonly sent = new Map<number, ChangePublication>();
  private left: readonly ChangePublication[] = [];
  private last: Promise<unknown> = Promise.resolve();
  private isBegun = false;
  private isEnding = false;

  constructor(
    private readonly manager: EntityManager,
    private readonly engine: JoinedEngine,
    private readonly relay: ChangeRelay,
  ) {}

  /** @throws HostTransactionError; whatever the work throws, by which the transaction can go on */
  run<T>(work: DatabaseWork<JoinedWork<T>>): Promise<T> {
    const running = this.last.then(() => this.attempt(work));
    this.last = running.catch(() => undefined);
    return running;
  }

  /** Call before the commit. @throws what makes the commit fail */
  async beforeCommit(): Promise<void> {
    await this.end();
    if (this.sent.size === 0) return;
    const marks = await this.engine.marks(this.manager);
    this.left = [...this.sent].filter(([number]) => marks.has(number)).map(([, publication]) => publication);
  }

  /** Call after the commit; resolves when the changes count everywhere. @throws DomainError `unavailable` */
  async afterCommit(): Promise<void> {
    this.engine.committed();
    try {
      for (const publication of this.left) await publication.acknowledged(this.manager);
    } finally {
      this.close();
    }
  }

  /** Call before the rollback: work that is under way would otherwise go on after it, and be committed by itself. */
  async beforeRollback(): Promise<void> {
    await this.end();
    this.close();
  }

  private close(): void {
    for (const publication of this.sent.values()) publication.close();
  }

  private async end(): Promise<void> {
    this.isEnding = true;
    await this.last;
  }

  private async attempt<T>(work: DatabaseWork<JoinedWork<T>>): Promise<T> {
    if (this.isEnding) throw new HostTransactionError('the transaction is ending: await every change before its end');
    try {
      if (!this.isBegun) await this.engine.begin(this.manager);
      this.isBegun = true;
      return await this.inSavepoint(work);
    } catch (error) {
      if (isRetryable(error)) throw new DomainError('conflict', COLLIDED);
      throw translated(error, this.engine.name);
    }
  }

  private async inSavepoint<T>(work: DatabaseWork<JoinedWork<T>>): Promise<T> {
    const { manager } = this;
    await manager.query('SAVEPOINT latchkey');
    try {
      const { result, changes, isAlreadyRevoked } = await work(manager);
      if (changes.length > 0 || isAlreadyRevoked) await this.send(changes, isAlreadyRevoked);
      await manager.query('RELEASE SAVEPOINT latchkey');
      return result;
    } catch (error) {
      await manager.query('ROLLBACK TO SAVEPOINT latchkey').catch(() => undefined);
      await manager.query('RELEASE SAVEPOINT latchkey').catch(() => undefined);
      throw error;
    }
  }

  /** Within the savepoint, so that only what is committed is received. */
  private async send(changes: readonly Change[], isAlreadyRevoked: boolean): Promise<void> {
    const [number, publication] = [nextNumber(), this.relay.newPublication()];
    this.sent.set(number, publication);
    await publication.publish(this.manager, changes, isAlreadyRevoked);
    await this.engine.mark(this.manager, number);
  }
}

const COLLIDED = 'another transaction waits for this one, and this one for the other: run it again';
