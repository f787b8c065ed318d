import { createHash, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { watchQueries } from '../../support/queries.js';
import {
  cloudflareSuite,
  countRows,
  invalid,
  okList,
  tokenPath,
  tokensOf,
  type Cloudflare,
  type ServiceToken,
} from './support.js';

// Times are compared on busy machines; a real fault fails every time.
jest.retryTimes(2);

const MANY = 20_000;
const FEW = 100;
const CHUNK = 1000;
const MADE = Date.parse('2026-01-01T00:00:00Z');
const YEAR = 365 * 86_400_000;

/** Tokens as creation would have stored them, ten with each timestamp. */
async function fill({ server }: Cloudflare, account: string, count: number): Promise<void> {
  const perDigit = new Map<number, number>();
  for (let from = 0; from < count; from += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, count - from) }, (_, index) => {
      const number = from + index;
      const id = randomUUID();
      const digit = Number.parseInt(id.slice(-1), 16);
      perDigit.set(digit, (perDigit.get(digit) ?? 0) + 1);
      const made = String(MADE + Math.floor(number / 10));
      const digest = createHash('sha256').update(id).digest('hex');
      const handle = `${id.replaceAll('-', '')}.access`;
      return (
        `('${id}', 'service_token', '${handle}', '', '${digest}', 1, 'token ${String(number)}', '${account}', ` +
        `true, ${made}, ${made}, ${String(MADE + YEAR)}, '8760h')`
      );
    });
    await server.dataSource.query(
      'INSERT INTO latchkey_token (id, kind, handle, handle_scope, secret_digest, secret_version, label, account_id, ' +
        `enabled, created_at, updated_at, expires_at, duration) VALUES ${rows.join(', ')}`,
    );
  }
  const counts = [...perDigit].map(
    ([digit, tokens]) => `('${account}', 'service_token', ${String(digit)}, ${String(tokens)})`,
  );
  await server.dataSource.query(
    `INSERT INTO latchkey_token_count (account_id, kind, part, tokens) VALUES ${counts.join(', ')}`,
  );
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

cloudflareSuite(`an account with ${String(MANY)} tokens`, (cf) => {
  let many: string;
  let few: string;
  beforeAll(async () => {
    many = await cf.account();
    few = await cf.account();
    await fill(cf, few, FEW);
    await fill(cf, many, MANY);
  });

  const page = async (account: string, query: string): Promise<ReturnType<typeof okList<ServiceToken>>> =>
    okList<ServiceToken>(await cf.admin.get(tokensOf(account) + query));

  describe('200', () => {
    it('shows the first page in the time that a hundred tokens take', async () => {
      const timed = async (account: string): Promise<number> => {
        const before = performance.now();
        const reply = await cf.admin.get(`${tokensOf(account)}?page=1&per_page=50`);
        const elapsed = performance.now() - before;
        expect(reply.status).toBe(200);
        return elapsed;
      };
      const compare = async (turns = 40): Promise<number> => {
        const times: Record<'large' | 'small', number[]> = { large: [], small: [] };
        for (let turn = 0; turn < turns; turn += 1) {
          times.small.push(await timed(few));
          times.large.push(await timed(many));
        }
        return median(times.large) / median(times.small);
      };
      await compare(10);
      let ratio = await compare();
      // A busy machine may spoil one measurement, but not three.
      for (let again = 0; again < 2 && ratio > 1.5; again += 1) ratio = await compare();
      expect(ratio).toBeLessThanOrEqual(1.5);
    });

    it('shows the total without a scan: no statement of a page reads all tokens', async () => {
      const watch = watchQueries(cf.server.dataSource);
      await page(many, '?per_page=50');
      watch.stop();
      expect(watch.count(/COUNT\(/i)).toBe(0);
      expect(watch.count(/LIMIT 50/)).toBe(1);
    });

    it('shows the right total, also after one was added and one deleted', async () => {
      const info = { page: 1, per_page: 50, count: 50, total_count: MANY, total_pages: MANY / 50 };
      expect((await page(many, '?page=1&per_page=50')).info).toEqual(info);
      const { id } = await cf.token(many);
      expect((await page(many, '?per_page=50')).info).toEqual({ ...info, total_count: MANY + 1, total_pages: 401 });
      expect((await cf.admin.delete(tokenPath(many, id))).status).toBe(200);
      expect((await page(many, '?per_page=50')).info).toEqual(info);
      expect(await countRows(cf.server, `latchkey_token WHERE account_id = '${many}'`)).toBe(MANY);
    });

    it('streams all of them in batches if no page is requested', async () => {
      const watch = watchQueries(cf.server.dataSource);
      const reply = await cf.admin.get(tokensOf(many));
      watch.stop();
      expect(reply.headers).toMatchObject({ 'transfer-encoding': 'chunked' });
      const { items, info } = okList<ServiceToken>(reply);
      expect(info).toMatchObject({ page: 1, count: MANY, total_count: MANY, total_pages: 1 });
      expect(new Set(items.map(({ id }) => id)).size).toBe(MANY);
      const reads = watch.statements.filter((statement) => statement.includes('FROM "latchkey_token"'));
      expect(reads.filter((statement) => /LIMIT \d{1,4}\b/.test(statement)).length).toBeGreaterThanOrEqual(MANY / 1000);
    });

    it('shows each token exactly once, page by page up to an empty page', async () => {
      const seen: string[] = [];
      for (let number = 1; ; number += 1) {
        const { items, info } = await page(many, `?per_page=1000&page=${String(number)}`);
        expect(info).toMatchObject({ page: number, total_count: MANY, total_pages: 20 });
        if (items.length === 0) break;
        expect(number).toBeLessThanOrEqual(20);
        seen.push(...items.map(({ id }) => id));
      }
      expect(seen).toHaveLength(MANY);
      expect(new Set(seen).size).toBe(MANY);
      expect(okList<ServiceToken>(await cf.admin.get(tokensOf(many))).items.map(({ id }) => id)).toEqual(seen);
    });

    it.each(['?per_page=50&page=401', '?per_page=1000&page=1000000', '?page=2'])(
      'answers an empty page past the end: %s',
      async (query) => {
        const { items, info } = await page(many, query);
        expect(items).toEqual([]);
        expect(info).toMatchObject({ count: 0, total_count: MANY });
      },
    );

    it('finds one among all, and counts the matches of a filter', async () => {
      const { items, info } = await page(many, '?name=token%2012345&per_page=10');
      expect(items.map(({ name }) => name)).toEqual(['token 12345']);
      expect(info.total_count).toBe(1);
      expect((await page(many, '?search=token%20199&per_page=10')).info).toMatchObject({ count: 10, total_count: 111 });
    });
  });

  describe('400', () => {
    it.each([1001, 20_000, 1_000_000_000])('refuses pages of %d', async (perPage) => {
      invalid(await cf.admin.get(`${tokensOf(many)}?per_page=${String(perPage)}`), 'per_page');
    });
  });
});
