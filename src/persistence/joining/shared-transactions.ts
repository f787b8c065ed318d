/** Joins the transactions of a host that shares its database, and follows how they end. */
import type { DataSource, EntityManager, EntitySubscriberInterface, QueryRunner } from 'typeorm';
import {
  HostTransactionError,
  HostTransactions,
  dataSourceOf,
  type ChangeRelay,
  type DatabaseWork,
  type JoinedWork,
  type Transactor,
} from '../../core/index.js';
import { transactionDepthOf } from '../../internals/index.js';
import { joinedEngine, type JoinedEngine } from './joined-engine.js';
import { JoinedTransaction } from './joined-transaction.js';

interface TransactionEvent {
  readonly queryRunner: QueryRunner;
}

export class SharedTransactions extends HostTransactions {
  private readonly open = new WeakMap<QueryRunner, JoinedTransaction>();
  private readonly engine: JoinedEngine;
  private isFollowing = false;

  /** @param host - the connection of the host to the same database, if it has one */
  constructor(
    private readonly host: DataSource | undefined,
    transactor: Transactor,
    private readonly relay: ChangeRelay,
  ) {
    super();
    this.engine = joinedEngine(transactor);
  }

  async run<T>(manager: EntityManager, work: DatabaseWork<JoinedWork<T>>): Promise<T> {
    const queryRunner = this.transactionOf(manager);
    this.follow(dataSourceOf(queryRunner));
    const joined = this.open.get(queryRunner) ?? new JoinedTransaction(queryRunner.manager, this.engine, this.relay);
    this.open.set(queryRunner, joined);
    return joined.run(work);
  }

  private transactionOf(manager: EntityManager): QueryRunner {
    if (!this.host) throw new HostTransactionError(OWN_DATABASE);
    if (dataSourceOf(manager) !== this.host) throw new HostTransactionError(OTHER_CONNECTION);
    const { queryRunner } = manager;
    if (!queryRunner || queryRunner.isReleased || !queryRunner.isTransactionActive) {
      throw new HostTransactionError(NO_TRANSACTION);
    }
    return queryRunner;
  }

  /** Only once it is needed: TypeORM asks the subscribers at every query. */
  private follow({ subscribers }: DataSource): void {
    if (this.isFollowing) return;
    this.isFollowing = true;
    const follower: EntitySubscriberInterface = {
      beforeTransactionCommit: (event) => this.ending(event)?.beforeCommit(),
      afterTransactionCommit: (event) => this.ended(event)?.afterCommit(),
      beforeTransactionRollback: (event) => this.ending(event)?.beforeRollback(),
      afterTransactionRollback: (event) => {
        this.ended(event);
      },
    };
    subscribers.push(follower);
  }

  /** The transaction, if what ends is not a savepoint in it. */
  private ending({ queryRunner }: TransactionEvent): JoinedTransaction | undefined {
    const joined = this.open.get(queryRunner);
    return joined && transactionDepthOf(queryRunner) <= 1 ? joined : undefined;
  }

  private ended({ queryRunner }: TransactionEvent): JoinedTransaction | undefined {
    if (queryRunner.isTransactionActive) return undefined;
    const joined = this.open.get(queryRunner);
    this.open.delete(queryRunner);
    return joined;
  }
}

const AFTER = 'change tokens after the commit, without within()';

const OWN_DATABASE =
  'Latchkey has a database of its own, which no transaction of the host reaches: leave the option `database` of ' +
  `LatchkeyModule away, so that it uses the host's connection, or ${AFTER}`;

const OTHER_CONNECTION =
  'this EntityManager belongs to another connection than the one that Latchkey uses: take a transaction of that ' +
  `(connectionName of LatchkeyModule), or ${AFTER}`;

const NO_TRANSACTION =
  'no transaction is open on this EntityManager: pass the one that dataSource.transaction(async (manager) => …) gives, ' +
  'while it runs, or that of a query runner after startTransaction()';
