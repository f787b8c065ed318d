/** Lists of any length: each row once, in order, by small statements between which the event loop turns. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LongReads, TokenListing, collected, type SlicedQuery, type TokenFilter } from '../../src/core/index.js';
import { AccountService, PersonalToken } from '../../src/identity/index.js';
import { Recorder } from '../support/channels.js';
import { onBothEngines } from '../support/engines.js';
import { watchQueries } from '../support/queries.js';
import { startServer, type TestServer } from '../support/test-server.js';
import { countTurns } from '../support/turns.js';

/** More than are searched in two slices, which grow, on either engine. */
const MANY = 13_000;

const MANY_ID = 'b'.repeat(32);
const EMPTY_ID = 'c'.repeat(32);

const NUMBERS = (count: number): string =>
  `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${String(count)})`;

/** Tokens of an account, a hundred of each millisecond. Every 50th is named after a needle, others after hay. */
async function fill({ dataSource }: TestServer): Promise<void> {
  await dataSource.query(
    `${NUMBERS(MANY)}
     INSERT INTO latchkey_token (id, kind, handle, handle_scope, secret_digest, secret_version, label, account_id, user_id,
       enabled, created_at, updated_at)
     SELECT CAST(100000 + (n * 7919) % ${String(MANY)} AS varchar), 'personal_token', CAST(n AS varchar), '',
       '${'d'.repeat(64)}', 1,
       CASE WHEN n % 50 = 0 THEN 'The Needle_' || n ELSE 'hay%' || n END, '${MANY_ID}', 1000, true, n / 100, 0 FROM numbers`,
  );
}

onBothEngines('a long read', (engine) => {
  let server: TestServer;
  let reads: LongReads;
  let listing: TokenListing;
  let all: PersonalToken[];

  beforeAll(async () => {
    server = await startServer(engine, { LONG_LISTS_PER_USER: '2', SEARCHES_PER_USER: '3' });
    reads = server.app.get(LongReads);
    listing = server.app.get(TokenListing);
    await fill(server);
    all = await collected(listing.ofAccount(null, PersonalToken, MANY_ID));
  });
  afterAll(() => server.close());

  const matching = (filter: TokenFilter): Promise<PersonalToken[]> =>
    collected(listing.ofAccount(null, PersonalToken, MANY_ID, filter));

  describe('of all rows', () => {
    it('holds each exactly once, in order, also those of the same millisecond', () => {
      expect(all).toHaveLength(MANY);
      const places = all.map(({ createdAt, id }) => `${String(createdAt.getTime()).padStart(5, '0')} ${id}`);
      expect(places).toEqual([...new Set(places)].sort());
    });

    it('has the same rows as TypeORM', async () => {
      const { dataSource } = server;
      const [some] = await dataSource.getRepository(PersonalToken).find({ where: { id: all[1234]?.id ?? '' } });
      expect(all[1234]).toEqual(some);
      expect(all[1234]).toBeInstanceOf(PersonalToken);
    });

    it('has no batch for an empty list', async () => {
      const batches = listing.ofAccount(null, PersonalToken, EMPTY_ID);
      expect(await batches.next()).toEqual({ done: true, value: undefined });
    });

    it('goes on when rows come and go behind it and ahead of it', async () => {
      const seen: string[] = [];
      for await (const batch of listing.ofUser(null, PersonalToken, 1000)) {
        if (seen.length === 0)
          await server.dataSource.query(`DELETE FROM latchkey_token WHERE id = '${batch[7]?.id ?? ''}'`);
        seen.push(...batch.map(({ id }) => id));
      }
      const own = all.map(({ id }) => id);
      expect(seen.filter((id) => own.includes(id))).toEqual(own);
      await server.dataSource.query(`DELETE FROM latchkey_token WHERE account_id = '${MANY_ID}'`);
      await fill(server);
    });
  });

  describe('of a page', () => {
    it.each([
      [0, 50],
      [199, 2],
      [200, 200],
      [150, 1000],
      [MANY - 10, 50],
      [MANY, 10],
      [1_000_000_000_000, 10],
      [3, 0],
    ])('from %i, of %i rows, is a part of all, with their number', async (offset, limit) => {
      const page = { offset, limit };
      const [tokens, total] = await reads.page(null, inAccount(MANY_ID), page);
      expect([tokens.map(({ id }) => id), total]).toEqual([
        all.slice(offset, offset + limit).map(({ id }) => id),
        MANY,
      ]);
      expect((await reads.part(null, inAccount(MANY_ID), page)).map(({ id }) => id)).toEqual(
        tokens.map(({ id }) => id),
      );
    });

    it('counts all rows', async () => {
      expect(await reads.count(null, inAccount(MANY_ID))).toBe(MANY);
      expect(await reads.count(null, inAccount(EMPTY_ID))).toBe(0);
    });
  });

  describe('with a filter', () => {
    it.each<[TokenFilter, RegExp]>([
      [{ search: 'needle' }, /needle/i],
      [{ search: 'NEEDLE_' }, /needle_/i],
      [{ search: '_1' }, /_1/],
      [{ search: '%44' }, /%44/],
      [{ search: '' }, /^/],
      [{ search: 'nowhere' }, /nowhere/],
      [{ search: String.raw`\ ` }, /nowhere/],
      [{ label: 'hay%1' }, /^hay%1$/],
      [{ label: 'HAY%1' }, /nowhere/],
      [{ label: 'hay%11', search: '%1' }, /^hay%11$/],
    ])('%j finds what matches, as a whole and in pages', async (filter, pattern) => {
      const expected = all.filter(({ label }) => pattern.test(label)).map(({ id }) => id);
      expect((await matching(filter)).map(({ id }) => id)).toEqual(expected);
      for (const offset of [0, 1, 40, expected.length, 10_000]) {
        const page = await listing.page(null, PersonalToken, MANY_ID, filter, { offset, limit: 30 });
        const total = filter.label === undefined && filter.search === '' ? 0 : expected.length;
        expect([page[0].map(({ id }) => id), page[1]]).toEqual([expected.slice(offset, offset + 30), total]);
      }
    });
  });

  it('in the opposite order has the same rows', async () => {
    const values = Array.from(
      { length: 450 },
      (_, at) => `('${String(at).padStart(32, '0')}', 'n${String(at)}', ${String(at % 3)}, 0)`,
    );
    await server.dataSource.query(
      `INSERT INTO latchkey_account (id, name, created_at, updated_at) VALUES ${values.join(', ')}`,
    );
    const accounts = server.app.get(AccountService);
    const admin = { id: 1000, email: '', name: '', admin: true, status: 'active' } as const;
    const oldestFirst = await collected(accounts.all(admin, {}));
    expect(oldestFirst.length).toBeGreaterThan(450);
    expect(await collected(accounts.all(admin, { newestFirst: true }))).toEqual(oldestFirst.reverse());
  });

  describe('in turns', () => {
    const cases: [string, () => Promise<unknown>][] = [
      ['a list', () => collected(listing.ofAccount(null, PersonalToken, MANY_ID))],
      ['a search', () => matching({ search: 'nowhere' })],
      [
        'a page of a search',
        () => listing.page(null, PersonalToken, MANY_ID, { search: 'n' }, { offset: 10, limit: 1000 }),
      ],
      ['a page', () => reads.page(null, inAccount(MANY_ID), { offset: 10, limit: 1000 })],
    ];

    it.each(cases)('%s runs no two slices in the same turn of the event loop', async (_name, read) => {
      const watch = watchQueries(server.dataSource);
      const turns = countTurns();
      const began: number[] = [];
      const { logger } = server.dataSource;
      const log = logger.logQuery.bind(logger);
      logger.logQuery = (query, parameters) => {
        // The first statement of each slice that is not the look for its end.
        if (!/ LIMIT 1( |$)/.test(query)) began.push(turns.now());
        log(query, parameters);
      };
      await read();
      turns.stop();
      watch.stop();
      expect(began.length).toBeGreaterThanOrEqual(3);
      // PostgreSQL answers between turns, so that two of its statements may begin next to each other.
      const leastTurns = engine === 'sqlite' ? began.length : began.length / 2;
      expect(new Set(began).size).toBeGreaterThanOrEqual(leastTurns);
    });

    it('no statement reads many rows', async () => {
      const watch = watchQueries(server.dataSource);
      for (const [, read] of cases) await read();
      watch.stop();
      const many = watch.queries.filter(({ query }) => {
        const [, limit = '0'] = / LIMIT (\d+)/.exec(query) ?? [];
        const [, offset = '0'] = / OFFSET (\d+)/.exec(query) ?? [];
        // SQLite reads in the thread of the event loop, PostgreSQL elsewhere (docs/decisions/0086).
        return Number(limit) > 200 || Number(offset) > (engine === 'sqlite' ? 20_000 : 50_000);
      });
      expect(many).toEqual([]);
      expect(watch.count(/ LIMIT 200/)).toBeGreaterThanOrEqual(20);
    });
  });

  describe('of several readers', () => {
    it('reads those of one user one slice at a time, so that others get as many', async () => {
      const order: string[] = [];
      const read = async (name: string, reader: number): Promise<void> => {
        for await (const _batch of listing.ofAccount(reader, PersonalToken, MANY_ID)) order.push(name);
      };
      await Promise.all([read('greedy', 1), read('greedy', 1), read('modest', 2)]);
      const untilModestEnds = order.slice(0, order.lastIndexOf('modest'));
      const greedy = untilModestEnds.filter((name) => name === 'greedy').length;
      expect(greedy).toBeLessThanOrEqual(1.3 * (untilModestEnds.length - greedy) + 3);
    });

    it('lets one user have only some long lists open, until one has ended or was left', async () => {
      const list = (reader: number | null): AsyncGenerator<PersonalToken[], void> =>
        listing.ofAccount(reader, PersonalToken, MANY_ID);
      const begun = async (reader: number | null): Promise<AsyncGenerator<PersonalToken[], void>> => {
        const batches = list(reader);
        await batches.next();
        await batches.next();
        return batches;
      };
      const [one, other] = [await begun(1), await begun(1)];
      const refused = { code: 'too_many_at_once', message: expect.stringContaining('LONG_LISTS_PER_USER') };
      await expect(begun(1)).rejects.toMatchObject(refused);
      // Short lists and pages are not counted, nor are other readers.
      await collected(listing.ofAccount(1, PersonalToken, EMPTY_ID));
      expect((await reads.page(1, inAccount(MANY_ID), { offset: 300, limit: 1000 }))[0]).toHaveLength(1000);
      for (const reader of [2, null, null, null]) await (await begun(reader)).return();
      await one.return();
      const third = await begun(1);
      await expect(begun(1)).rejects.toMatchObject(refused);
      await collected(other);
      await collected(third);
      await (await begun(1)).return();
    });
  });

  describe('of several searches, counts and pages of one user', () => {
    const search = (reader: number | null, text = 'nowhere'): Promise<unknown> =>
      listing.page(reader, PersonalToken, MANY_ID, { search: text }, { offset: 0, limit: 10 });

    it('one is read at a time from its second slice to its end, while others have their turns', async () => {
      // A connection that has to be opened would come late.
      await Promise.all([11, 12, 13, 14, 15].map((reader) => search(reader)));
      const watch = watchQueries(server.dataSource);
      const ended: string[] = [];
      const named = async (reader: number, text: string): Promise<void> => {
        await search(reader, text);
        ended.push(text);
      };
      await Promise.all([named(1, 'none1'), named(1, 'none2'), named(1, 'none3'), named(2, 'other')]);
      watch.stop();
      const all = watch.queries.flatMap(({ parameters }) => /none\d|other/.exec(JSON.stringify(parameters))?.[0] ?? []);
      const order = all.filter((name) => name !== 'other');
      const blocks = order.filter(
        (name, at) => at > order.lastIndexOf(order[at - 1] ?? '', at - 2) && name !== order[at - 1],
      );
      // Each once in its first slice, and once for all others.
      expect(blocks.length).toBeLessThanOrEqual(6);
      expect(order.length).toBeGreaterThanOrEqual(9);
      // How fast each slice is read is the database's affair, and so is which of these is the last one: the other reader's
      // second comes before it.
      expect(all.indexOf('other', all.indexOf('other') + 1)).toBeLessThan(all.lastIndexOf(order.at(-1) ?? ''));
      expect(ended).toHaveLength(4);
    });

    it('are refused beyond the limit with what to do, and not those of others or the server', async () => {
      const outcomes = await Promise.allSettled([search(1), search(1), search(1), search(1), search(2), search(null)]);
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
      const message = expect.stringMatching(/have 3 searches.*SEARCHES_PER_USER\); wait/);
      expect(refused).toEqual([expect.objectContaining({ code: 'too_many_at_once', message })]);
      await Promise.all(Array.from({ length: 5 }, () => search(null)));
      await search(1);
    });

    it('free their place when they fail', async () => {
      const faulty = (): Promise<unknown> =>
        reads.aggregates(1, { ...inAccount(MANY_ID), filter: byLabel }, { n: 'no_such_function(*)' });
      for (let count = 0; count < 5; count += 1) await expect(faulty()).rejects.toThrow();
      await search(1);
    });
  });

  describe('on its channel', () => {
    let recorder: Recorder;
    beforeEach(() => {
      recorder = new Recorder('latchkey:long-read');
    });

    it('is told with its outcome, unless one slice was enough', async () => {
      const list = (): AsyncGenerator<PersonalToken[], void> => listing.ofAccount(7, PersonalToken, MANY_ID);
      await collected(list());
      const left = [list(), list()];
      for (const batches of left) for (let batch = 0; batch < 2; batch += 1) await batches.next();
      await expect(collected(list())).rejects.toThrow('LONG_LISTS_PER_USER');
      for (const batches of left) await batches.return();
      await collected(listing.ofAccount(7, PersonalToken, EMPTY_ID));
      recorder.stop();
      const outcomes = recorder.of('latchkey:long-read').map(({ outcome, userId }) => [outcome, userId]);
      expect(outcomes).toEqual([
        ['done', 7],
        ['refused', 7],
        ['abandoned', 7],
        ['abandoned', 7],
      ]);
      expect(recorder.of('latchkey:long-read')[0]).toMatchObject({ slices: Math.ceil((MANY + 1) / 200) });
    });
  });
});

const byLabel: SlicedQuery<PersonalToken>['filter'] = (query) => query.andWhere('row.label <> :none', { none: '' });

function inAccount(accountId: string): SlicedQuery<PersonalToken> {
  return {
    entity: PersonalToken,
    where: (query) => query.andWhere({ accountId }),
    order: ['createdAt', 'id'],
  };
}
