import { beforeAll, describe, expect, it } from '@jest/globals';
import { addAuditRows, fillAuditLog } from '../../support/audit-rows.js';
import { watchQueries } from '../../support/queries.js';
import { AUDIT_LOG, allEvents, followed, next, pagesFrom, type AuditEvent } from './audit-log-client.js';
import { auditRows, canvusSuite, ok } from './support.js';

canvusSuite('GET audit-log, page by page', (canvus) => {
  describe('200', () => {
    it('shows 100 by default, and links to the next page', async () => {
      await addAuditRows(
        canvus.server,
        Array.from({ length: 250 }, () => ({ authorId: 6001 })),
      );
      const first = await canvus.admin.get(`${AUDIT_LOG}?author_id=6001`);
      expect(ok<AuditEvent[]>(first)).toHaveLength(100);
      const last = ok<AuditEvent[]>(first).at(-1)?.id ?? 0;
      expect(next(first)).toBe(`?author_id=6001&cursor=${String(last)}`);
      const { events, pages } = await allEvents(canvus, { author_id: '6001' });
      expect([events.length, pages]).toEqual([250, 3]);
    });

    it.each([1, 10, 11, 25, 50, 51, 1000])('shows each event once with %d on a page', async (perPage) => {
      const author = 6100 + perPage;
      await addAuditRows(
        canvus.server,
        Array.from({ length: 50 }, () => ({ authorId: author })),
      );
      const query = { author_id: String(author), per_page: String(perPage) };
      const { events, pages } = await allEvents(canvus, query);
      const rows = await auditRows(canvus.server, { authorId: author });
      expect(events.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).reverse());
      expect(pages).toBe(Math.ceil(50 / perPage));
    });

    it('keeps every filter in the link to the next page, and no other parameter', async () => {
      const targetId = 'odd>, "; rel=prev" <id> +&=%🔑\r\n';
      const moment = new Date('2030-06-01T00:00:00Z');
      const row = { targetId, targetType: 'user', authorId: 6500, createdAt: moment };
      await addAuditRows(canvus.server, [row, row, { ...row, authorId: 6501 }, row]);
      const query = {
        author_id: '6500',
        created_after: '2030-05-31T23:00:00-01:00',
        created_before: '2030-06-02',
        per_page: '1',
        target_id: targetId,
        target_type: 'user',
      };
      const more = { ...query, subscribe: '' };
      const reply = await canvus.admin.get(`${AUDIT_LOG}?${new URLSearchParams(more).toString()}`);
      const parameters = new URLSearchParams(next(reply));
      expect(Object.fromEntries(parameters)).toEqual({
        ...query,
        cursor: expect.stringMatching(/^\d+$/),
        oldest: expect.stringMatching(/^\d+$/),
      });
      const { events, pages } = await allEvents(canvus, query);
      expect([events.length, pages]).toEqual([3, 3]);
    });

    it('links by a reference that is valid for any address of the request', async () => {
      for (const address of [`${AUDIT_LOG}?per_page=1`, `${AUDIT_LOG}/?per_page=1`]) {
        const first = await canvus.admin.get(address);
        const second = await canvus.admin.get(followed(address, next(first) ?? ''));
        expect(ok<AuditEvent[]>(second)[0]?.id).toBeLessThan(ok<AuditEvent[]>(first)[0]?.id ?? 0);
      }
      const reference = next(await canvus.admin.get(`${AUDIT_LOG}?per_page=1`)) ?? '';
      const behindProxy = new URL(reference, 'https://example.com/canvus/api/v1/audit-log?per_page=1');
      expect(behindProxy.href).toBe(`https://example.com/canvus/api/v1/audit-log${reference}`);
    });

    it('links by an absolute address if the server was told its own', async () => {
      for (const base of ['https://tokens.example.com', 'https://example.com/canvus/']) {
        ok(await canvus.admin.patch('/server-config', { external_url: base }));
        const address = next(await canvus.admin.get(`${AUDIT_LOG}?per_page=1`)) ?? '';
        expect(address).toMatch(/\?per_page=1&cursor=\d+$/);
        expect(address.split('?')[0]).toBe(
          `${base.replace(/\/$/, '')}${new URL(canvus.server.baseUrl).pathname.replace(/\/$/, '')}/api/v1/audit-log`,
        );
      }
      ok(await canvus.admin.patch('/server-config', { external_url: '' }));
    });

    it('goes on from any id, without what the link has', async () => {
      await addAuditRows(
        canvus.server,
        Array.from({ length: 9 }, () => ({ authorId: 6700, createdAt: new Date('2031-01-01T00:00:00Z') })),
      );
      const rows = (await auditRows(canvus.server, { authorId: 6700 })).map(({ id }) => id).reverse();
      const filter = `author_id=6700&created_after=2030-12-31&created_before=2031-01-02&cursor=${String(rows[3])}`;
      const events = ok<AuditEvent[]>(await canvus.admin.get(`${AUDIT_LOG}?${filter}`));
      expect(events.map(({ id }) => id)).toEqual(rows.slice(4));
      expect(ok(await canvus.admin.get(`${AUDIT_LOG}?cursor=0`))).toEqual([]);
    });

    it('shows no event twice and leaves none out while new ones arrive', async () => {
      const author = 6600;
      const fresh = (count: number): Promise<void> =>
        addAuditRows(
          canvus.server,
          Array.from({ length: count }, () => ({ authorId: author })),
        );
      await fresh(30);
      const there = (await auditRows(canvus.server, { authorId: author })).map(({ id }) => id).reverse();
      const seen: number[] = [];
      const first = `${AUDIT_LOG}?author_id=${String(author)}&per_page=7&created_after=2020-01-01`;
      for await (const page of pagesFrom(canvus, first)) {
        seen.push(...page.map(({ id }) => id));
        await fresh(5);
      }
      expect(seen).toEqual(there);
    });
  });
});

const MANY = 20_000;

canvusSuite(`an audit log of ${String(MANY)} events`, (canvus) => {
  const BEGIN = Date.parse('2030-01-01T00:00:00Z');
  const at = (index: number): string => new Date(BEGIN + index * 1000).toISOString();

  beforeAll(async () => {
    await fillAuditLog(canvus.server, MANY, {
      created_at: `${String(BEGIN)} + n * 1000`,
      author_id: 'CASE WHEN n % 3 = 0 THEN NULL ELSE 5000 + n % 100 END',
      target_type: `CASE WHEN n % 1000 = 0 THEN 'server' WHEN n % 2 = 0 THEN 'user' ELSE 'token' END`,
      target_id: `CASE WHEN n % 1000 = 0 THEN NULL WHEN n % 2 = 0 THEN CAST(5000 + n % 500 AS varchar) ELSE 'token-' || n END`,
    });
    // PostgreSQL updates its statistics later, and estimates badly until then; SQLite never does.
    if (canvus.server.engine === 'postgres') await canvus.server.dataSource.query('ANALYZE latchkey_audit');
  });

  it('is shown completely, page by page', async () => {
    const seen: number[] = [];
    const addresses = [`${AUDIT_LOG}?per_page=1000`];
    for (const address of addresses) {
      const reply = await canvus.admin.get(address);
      seen.push(...ok<AuditEvent[]>(reply).map(({ id }) => id));
      const reference = next(reply);
      if (reference !== undefined) addresses.push(followed(address, reference));
    }
    expect(seen.length).toBeGreaterThanOrEqual(MANY);
    const there = await canvus.server.dataSource.query<{ id: number | string }[]>(
      'SELECT id FROM latchkey_audit ORDER BY id DESC',
    );
    expect(seen).toEqual(there.map(({ id }) => Number(id)));
  });

  /** The query plan of each statement of a request. */
  async function plansOf(query: string): Promise<string[]> {
    const watch = watchQueries(canvus.server.dataSource);
    ok(await canvus.admin.get(`${AUDIT_LOG}?${query}`));
    watch.stop();
    const reads = watch.queries.filter((read) => read.query.includes('latchkey_audit'));
    const explain = canvus.server.engine === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    const plans: string[] = [];
    for (const read of reads) {
      plans.push(JSON.stringify(await canvus.server.dataSource.query(`${explain} ${read.query}`, read.parameters)));
    }
    return plans;
  }

  const [BY_ID, BY_TYPE] = [/PRIMARY KEY|latchkey_audit_pk/, /latchkey_audit_type/];
  const [BY_TARGET, BY_AUTHOR] = [/latchkey_audit_target/, /latchkey_audit_author/];
  const ANY = /PRIMARY KEY|latchkey_audit_/;

  const COMMON: [what: string, query: string, index: RegExp][] = [
    ['no filter', '', BY_ID],
    ['a cursor', 'cursor=10000', BY_ID],
    ['a cursor near the end', 'cursor=150', BY_ID],
    ['a type with many events', 'target_type=user', ANY],
    ['a type with few', 'target_type=server-config', BY_TYPE],
    ['a target', 'target_type=user&target_id=5008', BY_TARGET],
    ['a target without its type', 'target_id=5008', BY_TARGET],
    ['an author', 'author_id=5007', BY_AUTHOR],
    ['an author and a type', 'author_id=5007&target_type=access-token', BY_AUTHOR],
    ['a short time', `created_after=${at(9000)}&created_before=${at(9500)}`, BY_ID],
    ['the latest time', `created_after=${at(MANY - 200)}`, BY_ID],
    ['a time and a type', `created_after=${at(9000)}&created_before=${at(9500)}&target_type=user`, ANY],
    ['a time and an author', `created_after=${at(9000)}&created_before=${at(9500)}&author_id=5007`, ANY],
  ];

  it.each(COMMON)('is not scanned for %s', async (_what, query, index) => {
    const plans = await plansOf(query);
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan|SCAN/);
    expect(plans.at(-1)).toMatch(index);
    // A time range is first translated into a range of ids.
    const ofTimes = plans.filter((plan) => plan.includes('latchkey_audit_created'));
    expect(ofTimes).toHaveLength(query.startsWith('created') ? 2 : 0);
    // In index order, so nothing is sorted.
    expect(plans.at(-1)).not.toMatch(/"Sort|TEMP B-TREE/);
  });
});
