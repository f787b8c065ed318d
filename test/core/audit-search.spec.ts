/** What a user finds in the audit log: theirs, each row once, newest first, however the pages are cut. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AuditSearch,
  NO_ACCOUNTS,
  collected,
  type AuditFilter,
  type AuditRecord,
  type AuditViewer,
  type IdRange,
} from '../../src/core/index.js';
import { MemberAccounts, type Role } from '../../src/identity/index.js';
import { addAuditRows, fillAuditLog, type AuditValues } from '../support/audit-rows.js';
import { onBothEngines } from '../support/engines.js';
import { startServer, type TestServer } from '../support/test-server.js';

const [A, B] = ['a', 'b'].map((letter) => letter.repeat(32)) as [string, string];

/** Rows that differ in everything that can be asked for. */
const ROWS: readonly AuditValues[] = Array.from({ length: 60 }, (_, n) => ({
  createdAt: new Date(Date.UTC(2027, 0, 1, 0, n)),
  action: ['token.issued', 'token.revoked', 'user.updated', 'account.updated'][n % 4] ?? '',
  targetType: ['token', 'token', 'user', 'account'][n % 4] ?? '',
  targetId: String(n % 7),
  targetName: n % 9 === 0 ? `Needle ${String(n)}` : 'hay',
  authorId: 1000 + (n % 3),
  userId: n % 5 === 0 ? 1001 : null,
  accountId: [A, B, null][n % 3] ?? null,
  ipAddress: `192.0.2.${String(n % 2)}`,
  details: n % 8 === 0 ? { handle: 'Pin' } : {},
}));

const ADMINISTRATOR: AuditViewer = { userId: 1000, isAdministrator: true, accounts: NO_ACCOUNTS };

/** An administrator of these accounts, and of as many others. */
function member(userId: number, ids: readonly string[], others = 0): AuditViewer {
  const more = Array.from({ length: others }, (_, n) => String(n).padStart(32, '0'));
  const roles = new Map([...ids, ...more].map((id): [string, Role] => [id, 'administrator']));
  return { userId, isAdministrator: false, accounts: new MemberAccounts(userId, roles, 'administrator') };
}

const viewers: Record<string, AuditViewer> = {
  administrator: ADMINISTRATOR,
  'administrator of A': member(2000, [A]),
  'administrator of both': member(1002, [A, B]),
  'of many accounts': member(1001, [A], 40),
  'of more accounts than a statement names': member(1003, [A], 300),
  'user with rows': member(1001, []),
  stranger: member(3000, []),
};

interface Question {
  readonly filter: AuditFilter;
  readonly fits: (row: AuditRecord) => boolean;
}

const questions: Record<string, Question> = {
  nothing: { filter: {}, fits: () => true },
  'a type': { filter: { actions: ['token.issued'] }, fits: ({ action }) => action === 'token.issued' },
  'types by their beginning': { filter: { actions: ['token.*'] }, fits: ({ action }) => action.startsWith('token.') },
  'several types': {
    filter: { actions: ['user.updated', 'account.*'] },
    fits: ({ action }) => action === 'user.updated' || action.startsWith('account.'),
  },
  'no type': { filter: { actions: [] }, fits: () => false },
  'an account': { filter: { accountId: B }, fits: ({ accountId }) => accountId === B },
  'an author': { filter: { authorId: 1001 }, fits: ({ authorId }) => authorId === 1001 },
  'a target': { filter: { targetId: '3' }, fits: ({ targetId }) => targetId === '3' },
  'an address': { filter: { address: '192.0.2.1' }, fits: ({ ipAddress }) => ipAddress === '192.0.2.1' },
  'a time': {
    filter: { createdFrom: new Date('2027-01-01T00:10:00Z'), createdBefore: new Date('2027-01-01T00:40:00Z') },
    fits: ({ createdAt }) => createdAt.getUTCMinutes() >= 10 && createdAt.getUTCMinutes() < 40,
  },
  'a text in a name': {
    filter: { text: 'nEEDLE' },
    fits: ({ targetName }) => targetName?.startsWith('Needle') === true,
  },
  'a text in the details': { filter: { text: 'pin' }, fits: ({ details }) => details.handle === 'Pin' },
  'much at once': {
    filter: { authorId: 1001, accountId: B, actions: ['token.*'], address: '192.0.2.0' },
    fits: (row) =>
      row.authorId === 1001 && row.accountId === B && row.action.startsWith('token.') && row.ipAddress === '192.0.2.0',
  },
};

const sees = (viewer: AuditViewer, row: AuditRecord): boolean =>
  viewer.isAdministrator ||
  row.authorId === viewer.userId ||
  row.userId === viewer.userId ||
  viewer.accounts.has(row.accountId ?? '');

/** PostgreSQL finishes a table that it takes for small in one statement. */
async function takeForLarge({ dataSource }: TestServer): Promise<void> {
  await dataSource.query('ALTER TABLE latchkey_audit SET (autovacuum_enabled = false)');
  await dataSource.query(`UPDATE pg_class SET reltuples = 1000000 WHERE oid = 'latchkey_audit'::regclass`);
}

/** A page looks at 100,000 rows, and ends with the slice in which it has them: PostgreSQL's have 50,000. */
const MORE_THAN_A_PAGE_READS = 115_000;

onBothEngines('a search in the audit log', (engine) => {
  let server: TestServer;
  let search: AuditSearch;
  let rows: AuditRecord[];

  beforeAll(async () => {
    server = await startServer(engine);
    await server.dataSource.query('DELETE FROM latchkey_audit');
    await addAuditRows(server, ROWS);
    await server.dataSource.query(
      `INSERT INTO latchkey_membership (id, account_id, user_id, role, created_at)
       VALUES ('${A}', '${A}', 1003, 'administrator', 0), ('${B}', '${B}', 1003, 'read_only', 0)`,
    );
    search = server.app.get(AuditSearch);
    rows = await collected(search.all(ADMINISTRATOR, {}));
  });
  afterAll(() => server.close());

  async function paged(viewer: AuditViewer, filter: AuditFilter, limit: number): Promise<number[]> {
    const ids: number[] = [];
    let place: IdRange | undefined;
    do {
      const page = await search.page(viewer, filter, place, limit);
      expect(page.rows.length).toBeLessThanOrEqual(limit);
      ids.push(...page.rows.map(({ id }) => id));
      place = page.next;
    } while (place);
    return ids;
  }

  describe.each(Object.entries(viewers))('of %s', (_name, viewer) => {
    it.each(Object.entries(questions))('for %s', async (_question, { filter, fits }) => {
      const expected = rows.filter((row) => fits(row) && sees(viewer, row)).map(({ id }) => id);
      expect(await paged(viewer, filter, 7)).toEqual(expected);
      expect((await collected(search.all(viewer, filter))).map(({ id }) => id)).toEqual(expected);
      const some = await search.some(
        viewer,
        rows.map(({ id }) => id),
      );
      expect(some.map(({ id }) => id).sort()).toEqual(
        rows
          .filter((row) => sees(viewer, row))
          .map(({ id }) => id)
          .sort(),
      );
    });
  });

  it('looks through a bounded number of rows for one page, and goes on from there', async () => {
    await server.dataSource.query('DELETE FROM latchkey_audit');
    if (engine === 'postgres') await takeForLarge(server);
    await addAuditRows(server, [{ targetName: 'the one' }]);
    await fillAuditLog(server, MORE_THAN_A_PAGE_READS);
    const [admin, filter] = [ADMINISTRATOR, { text: 'THE ONE' }];
    const first = await search.page(admin, filter, undefined, 10);
    expect([first.rows.length, first.next === undefined]).toEqual([0, false]);
    const found = [];
    // SQLite passes over fewer rows at a time on a busy machine, and then ends a page earlier.
    for (let place = first.next; place;) {
      const page = await search.page(admin, filter, place, 10);
      found.push(...page.rows.map(({ targetName }) => targetName));
      place = page.next;
    }
    expect(found).toEqual(['the one']);
  });
});
