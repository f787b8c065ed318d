/** Tokens in transactions of a host: they count with its commit, and never if it is rolled back. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager } from 'typeorm';
import {
  DomainError,
  EventBus,
  HostTransactionError,
  TokenChange,
  TokenIssued,
  Verifier,
  type IssuedToken,
} from '../../src/index.js';
import type { ChangeClass } from '../../src/core/index.js';
import { connectTo, createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { Article } from '../support/shop.js';
import { ACCOUNT } from '../support/test-server.js';
import { IN_MEMORY } from './support.js';
import { startTokensHost, verifiedBy, type TokensHost } from './tokens-host.js';

const WANTED = { kind: 'service_token', account: ACCOUNT.id, name: 'robot' } as const;

class Undone extends Error {}

/** The types and targets of the changes that the host is told of. */
function toldIn({ app }: TokensHost, of: ChangeClass = TokenChange): string[] {
  const told: string[] = [];
  app.get(EventBus).subscribe(
    ({ type, target }) => {
      told.push(`${type} ${String(target.id)}`);
    },
    [of],
  );
  return told;
}

/** Runs work in a transaction of the host that ends by a rollback. */
async function undone({ dataSource }: TokensHost, work: (manager: EntityManager) => Promise<unknown>): Promise<void> {
  const transaction = dataSource.transaction(async (manager) => {
    await work(manager);
    throw new Undone();
  });
  await expect(transaction).rejects.toBeInstanceOf(Undone);
}

onBothEngines('tokens in a transaction of the host', (engine) => {
  let database: TestDatabase;
  let host: TokensHost;

  beforeAll(async () => {
    database = await createDatabase(engine);
    host = await startTokensHost(database);
  });
  afterAll(async () => {
    await host.close();
    await database.drop();
  });

  it('appear with its commit, together with the rows of the host, and are verified at once', async () => {
    const told = toldIn(host);
    let before = 0;
    let seen: unknown;
    const issued = await host.dataSource.transaction(async (manager) => {
      await manager.save(manager.create(Article, { name: 'table' }));
      const made = await host.tokens.within(manager).issue(WANTED);
      before = await verifiedBy(host, made);
      seen = await host.tokens.within(manager).find(made.token.id);
      return made;
    });
    expect([before, await verifiedBy(host, issued)]).toEqual([401, 200]);
    expect(seen).toEqual(issued.token);
    expect(told).toEqual([`token.issued ${issued.token.id}`]);
    expect(await host.dataSource.getRepository(Article).existsBy({ name: 'table' })).toBe(true);
  });

  it('are accepted in the turn of the event loop in which the commit returns', async () => {
    const stateOf = async ({ secret }: IssuedToken): Promise<string> =>
      (await host.app.get(Verifier).verify({ secret }, { address: null })).status;
    let before = '';
    const issued = await host.dataSource.transaction(async (manager) => {
      const made = await host.tokens.within(manager).issue({ kind: 'personal_token', owner: 1000, name: 'own' });
      before = await stateOf(made);
      return made;
    });
    expect([before, await stateOf(issued)]).toEqual(['unknown', 'valid']);
  });

  it('never exist after its rollback, and nothing tells of them', async () => {
    const told = toldIn(host);
    let issued: IssuedToken | undefined;
    await undone(host, async (manager) => {
      issued = await host.tokens.within(manager).issue(WANTED);
      await host.tokens.within(manager).rename(issued.token.id, 'another');
    });
    expect(issued && (await verifiedBy(host, issued))).toBe(401);
    expect(issued && (await host.tokens.find(issued.token.id))).toBeNull();
    const audited = await host.dataSource.query<unknown[]>(
      `SELECT id FROM latchkey_audit WHERE target_id = '${String(issued?.token.id)}'`,
    );
    expect([told, audited]).toEqual([[], []]);
  });

  it('are refused as soon as the commit of a revocation has returned, and accepted after a rollback', async () => {
    const issued = await host.tokens.issue(WANTED);
    expect(await verifiedBy(host, issued)).toBe(200);
    await undone(host, async (manager) => {
      await host.tokens.within(manager).revoke(issued.token.id);
      expect(await verifiedBy(host, issued)).toBe(200);
    });
    expect(await verifiedBy(host, issued)).toBe(200);
    await host.dataSource.transaction((manager) => host.tokens.within(manager).revoke(issued.token.id));
    expect(await verifiedBy(host, issued)).toBe(401);
  });

  it('are rotated, renewed, disabled and enabled there like elsewhere', async () => {
    const issued = await host.tokens.issue(WANTED);
    const rotated = await host.dataSource.transaction(async (manager) => {
      const tokens = host.tokens.within(manager);
      await tokens.disable(issued.token.id);
      await tokens.enable(issued.token.id);
      await tokens.renew(issued.token.id, { expiresIn: '2d' });
      return tokens.rotate(issued.token.id, { overlap: '1h' });
    });
    expect(rotated.token).toMatchObject({ state: 'active', version: 2, overlap: { endsAt: expect.any(Date) } });
    expect([await verifiedBy(host, issued), await verifiedBy(host, rotated)]).toEqual([200, 200]);
  });

  it('follow savepoints, also those that the host sets by itself', async () => {
    const told = toldIn(host);
    const made: IssuedToken[] = [];
    await host.dataSource.transaction(async (manager) => {
      const issue = async (within: EntityManager): Promise<void> => {
        made.push(await host.tokens.within(within).issue(WANTED));
      };
      await manager.query('SAVEPOINT own');
      await issue(manager);
      await manager.query('ROLLBACK TO SAVEPOINT own');
      await issue(manager);
      await manager.transaction(issue);
      const inner = manager.transaction(async (nested) => {
        await issue(nested);
        throw new Undone();
      });
      await expect(inner).rejects.toBeInstanceOf(Undone);
      expect(told).toEqual([]);
    });
    expect(await Promise.all(made.map((each) => verifiedBy(host, each)))).toEqual([401, 200, 200, 401]);
    expect(told).toEqual([1, 2].map((at) => `token.issued ${String(made[at]?.token.id)}`));
  });

  it('leave the transaction usable after a refusal, which undoes itself only', async () => {
    const issued = await host.dataSource.transaction(async (manager) => {
      const tokens = host.tokens.within(manager);
      await manager.save(manager.create(Article, { name: 'lamp' }));
      await expect(tokens.revoke('0199a2b3-c4d5-4e6f-8a7b-9c0d1e2f3a4b')).rejects.toMatchObject({
        code: 'token_not_found',
      });
      await expect(tokens.as({ user: 1001 }).issue(WANTED)).rejects.toMatchObject({ code: 'not_permitted' });
      return tokens.issue(WANTED);
    });
    expect(await verifiedBy(host, issued)).toBe(200);
    expect(await host.dataSource.getRepository(Article).existsBy({ name: 'lamp' })).toBe(true);
  });

  it('wait for changes that are under way when it ends, and refuse later ones', async () => {
    const late: Promise<IssuedToken>[] = [];
    const fast = Promise.reject(new Undone());
    const both = host.dataSource.transaction(async (manager) => {
      late.push(host.tokens.within(manager).issue(WANTED));
      late[0]?.catch(() => undefined);
      await fast;
    });
    await expect(both).rejects.toBeInstanceOf(Undone);
    // Whether it was refused or came in time: it is gone.
    for (const each of late) expect(await each.then((issued) => verifiedBy(host, issued)).catch(() => 401)).toBe(401);
    expect(late).toHaveLength(1);
    let kept: EntityManager | undefined;
    await host.dataSource.transaction((manager) => {
      kept = manager;
      return Promise.resolve();
    });
    await expect(host.tokens.within(kept ?? host.dataSource.manager).issue(WANTED)).rejects.toThrow(
      HostTransactionError,
    );
  });

  it('are refused outside of a transaction, and on another connection', async () => {
    const outside = host.tokens.within(host.dataSource.manager).issue(WANTED);
    await expect(outside).rejects.toThrow(/no transaction is open.*dataSource\.transaction/);
    const other = await new DataSource({ type: 'better-sqlite3', database: ':memory:' }).initialize();
    const elsewhere = other.transaction((manager) => host.tokens.within(manager).issue(WANTED));
    await expect(elsewhere).rejects.toThrow(/another connection.*connectionName/);
    await expect(elsewhere).rejects.toBeInstanceOf(HostTransactionError);
    await other.destroy();
  });
});

describe('a host whose tokens have a database of their own', () => {
  it('gets a refusal that says what to do', async () => {
    const host = await startTokensHost(await createDatabase('sqlite'), { database: IN_MEMORY });
    const issued = host.dataSource.transaction((manager) => host.tokens.within(manager).issue(WANTED));
    await expect(issued).rejects.toThrow(/a database of its own.*leave the option `database`.*after the commit/);
    expect((await host.tokens.list({ kind: 'service_token' })).tokens).toEqual([]);
  });
});

describe('transactions of a host on PostgreSQL', () => {
  let database: TestDatabase;
  let host: TokensHost;

  beforeAll(async () => {
    database = await createDatabase('postgres');
    host = await startTokensHost(database, {}, 2);
  });
  afterAll(async () => {
    await host.close();
    await database.drop();
  });

  it('may revoke on every connection of the pool at the same time', async () => {
    const issued = await Promise.all(Array.from({ length: 6 }, () => host.tokens.issue(WANTED)));
    const revoked = issued.map(({ token }) =>
      host.dataSource.transaction(async (manager) => {
        await host.tokens.within(manager).revoke(token.id);
        await delay(20);
      }),
    );
    await Promise.all(revoked);
    expect(await Promise.all(issued.map((each) => verifiedBy(host, each)))).toEqual(issued.map(() => 401));
  });

  it('wait for each other over one token, and both count', async () => {
    const { token } = await host.tokens.issue(WANTED);
    const rename = (name: string): Promise<void> =>
      host.dataSource.transaction(async (manager) => {
        await host.tokens.within(manager).rename(token.id, name);
        await delay(30);
      });
    await Promise.all([rename('one'), rename('two')]);
    const [before] = await host.dataSource.query<{ n: string }[]>(
      `SELECT count(*) AS n FROM latchkey_audit WHERE action = 'token.updated' AND target_id = '${token.id}'`,
    );
    expect(before?.n).toBe('2');
  });

  it('that lock tokens in opposite orders end by a refusal, and not by standing still', async () => {
    const [one, two] = [await host.tokens.issue(WANTED), await host.tokens.issue(WANTED)];
    const both = (first: IssuedToken, second: IssuedToken): Promise<void> =>
      host.dataSource.transaction(async (manager) => {
        await host.tokens.within(manager).disable(first.token.id);
        await delay(100);
        await host.tokens.within(manager).disable(second.token.id);
      });
    const outcomes = await Promise.allSettled([both(one, two), both(two, one)]);
    const failed = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(failed).toEqual([expect.any(DomainError)]);
    expect(failed).toEqual([expect.objectContaining({ code: 'conflict' })]);
  });

  it('leave nothing if their connection breaks before the commit', async () => {
    let issued: IssuedToken | undefined;
    const broken = host.dataSource.transaction(async (manager) => {
      issued = await host.tokens.within(manager).issue(WANTED);
      const [row] = await manager.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
      const client = await connectTo(database.url);
      await client.query('SELECT pg_terminate_backend($1)', [row?.pid]);
      await client.end();
    });
    await expect(broken).rejects.toThrow();
    expect(issued && (await verifiedBy(host, issued))).toBe(401);
    expect(await verifiedBy(host, await host.tokens.issue(WANTED))).toBe(200);
  });

  it('must see what others have revoked', async () => {
    const serializable = host.dataSource.transaction('SERIALIZABLE', (manager) =>
      host.tokens.within(manager).issue(WANTED),
    );
    await expect(serializable).rejects.toThrow(/isolation level serializable.*READ COMMITTED/);
  });
});

describe('transactions of a host on SQLite', () => {
  it('that have read what others changed since are to be run again', async () => {
    const host = await startTokensHost(await createDatabase('sqlite'));
    const stale = host.dataSource.transaction(async (manager) => {
      await manager.find(Article);
      await host.tokens.issue(WANTED);
      await host.tokens.within(manager).issue(WANTED);
    });
    await expect(stale).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(/before you read/) });
    const issued = await host.dataSource.transaction((manager) => host.tokens.within(manager).issue(WANTED));
    expect(await verifiedBy(host, issued)).toBe(200);
  });

  it('let changes of others wait until they end', async () => {
    const host = await startTokensHost(await createDatabase('sqlite'));
    const told = toldIn(host, TokenIssued);
    const other: Promise<IssuedToken>[] = [];
    const joined = await host.dataSource.transaction(async (manager) => {
      const made = await host.tokens.within(manager).issue(WANTED);
      other.push(host.tokens.issue(WANTED));
      await delay(100);
      await host.tokens.within(manager).rename(made.token.id, 'renamed');
      return made;
    });
    const [another] = await Promise.all(other);
    expect(told).toEqual([joined, another].map((each) => `token.issued ${String(each?.token.id)}`));
  });
});
