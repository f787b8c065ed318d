/** Each order of the list of tokens, with each filter: all pages together are what fits, once each and in order. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LastSeen, Token } from '../../../src/core/index.js';
import { onBothEngines } from '../../support/engines.js';
import { startServer, type TestServer } from '../../support/test-server.js';
import { AS_ADMIN, ask } from './support.js';
import { newAccount, newPerson, type ListBody, type Person, type WithSecret } from './tokens.js';

const T0 = Date.parse('2030-01-01T00:00:00Z');
const HOUR_MS = 3_600_000;
const at = (hours: number): Date => new Date(T0 + hours * HOUR_MS);
const time = (hours: number): string => at(hours).toISOString();

/** Equal names, names equal but for the case, and letters whose bytes are out of the order of languages. */
const NAMES = [
  'same',
  'Same',
  'same',
  'SAME',
  'a',
  'B',
  '_',
  '%',
  'é',
  'É',
  'zebra',
  'Zulu',
  '\u{1f511} key',
  '\uff21',
];

const SORTS = ['created_at', 'expires_at', 'last_used_at', 'name'] as const;

type Row = Pick<
  Token,
  'id' | 'label' | 'kind' | 'accountId' | 'userId' | 'enabled' | 'createdAt' | 'expiresAt' | 'lastSeenAt' | 'scopes'
>;

/** As the contract says: those that never expire come last, and those that were never used first. */
const KEYS: Readonly<Record<(typeof SORTS)[number], (row: Row) => number | Buffer>> = {
  created_at: ({ createdAt }) => createdAt.getTime(),
  expires_at: ({ expiresAt }) => expiresAt?.getTime() ?? Infinity,
  last_used_at: ({ lastSeenAt }) => lastSeenAt?.getTime() ?? 0,
  name: ({ label }) => Buffer.from(label.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())),
};

function compared(one: number | Buffer, other: number | Buffer): number {
  if (Buffer.isBuffer(one) && Buffer.isBuffer(other)) return Buffer.compare(one, other);
  return one === other ? 0 : Number(one) - Number(other);
}

function inOrder(rows: readonly Row[], sort: string): string[] {
  const key = KEYS[sort.replace('-', '') as (typeof SORTS)[number]];
  const upwards = rows.toSorted((one, other) => compared(key(one), key(other)) || (one.id < other.id ? -1 : 1));
  return (sort.startsWith('-') ? upwards.reverse() : upwards).map(({ id }) => id);
}

const isExpired = ({ expiresAt }: Row): boolean => expiresAt !== null && expiresAt <= at(0);

onBothEngines('the list of tokens', (engine) => {
  let server: TestServer;
  let account: string;
  let member: Person;
  let rows: Row[] = [];

  const FILTERS: readonly (readonly [() => string, (row: Row) => boolean])[] = [
    [() => '', () => true],
    [() => 'state=active', (row) => !isExpired(row) && row.enabled],
    [() => 'state=expired,disabled', (row) => isExpired(row) || !row.enabled],
    [() => 'kind=personal_token', ({ kind }) => kind === 'personal_token'],
    [() => 'q=SAME', ({ label }) => label.toLowerCase() === 'same'],
    [() => 'q=%C3%89&state=active', (row) => row.label.toLowerCase() === 'é' && !isExpired(row) && row.enabled],
    [() => `expires_before=${time(3)}`, ({ expiresAt }) => expiresAt !== null && expiresAt < at(3)],
    [() => `expires_after=${time(0)}`, ({ expiresAt }) => expiresAt !== null && expiresAt > at(0)],
    [() => `unused_since=${time(-2)}`, ({ lastSeenAt }) => lastSeenAt === null || lastSeenAt < at(-2)],
    [() => 'scope=deploy', ({ scopes }) => scopes?.includes('deploy') === true],
    [() => 'created_by=1000', () => true],
    [() => `account_id=${account}`, ({ accountId }) => accountId === account],
    [() => `account_id=${account}&q=same`, (row) => row.accountId === account && row.label.toLowerCase() === 'same'],
    [() => `owner_id=${member.id}`, ({ userId }) => userId === Number(member.id)],
  ];

  beforeAll(async () => {
    server = await startServer(engine);
    account = await newAccount(server, 'Orders');
    const other = await newAccount(server, 'Elsewhere');
    member = await newPerson(server, { [account]: 'administrator' });
    for (let n = 0; n < 42; n += 1) {
      const name = NAMES[n % NAMES.length] ?? '';
      const scopes = n % 5 === 0 ? ['deploy', 'read'] : null;
      const [kind, owner] =
        n % 3 === 2
          ? ['personal_token', { owner_id: member.id, expires_at: n % 2 === 0 ? null : undefined }]
          : ['service_token', { account_id: n % 3 === 0 ? account : other, duration: '24h' }];
      const body = { kind, name, ...owner, scopes };
      const { token } = (await ask(server, 'POST', '/tokens', { body })).json<WithSecret>();
      // Some of each are equal.
      await server.dataSource.manager.update(
        Token,
        { id: token.id },
        {
          createdAt: at(-50 + (n % 11)),
          ...((kind === 'service_token' || n % 4 === 1) && { expiresAt: at((n % 7) - 2) }),
          lastSeenAt: n % 4 === 0 ? null : at(-(n % 5)),
          enabled: n % 6 !== 0,
        },
      );
    }
    server.clock.freeze(at(0));
    // The uses by this test are written down now, and with the clock standing still not once more.
    for (const headers of [AS_ADMIN, member.headers]) await page('', headers);
    await server.app.get(LastSeen).flush();
    const all = await server.dataSource.manager.find(Token);
    rows = all.filter(({ kind }) => kind !== 'session');
  });
  afterAll(() => server.close());

  const page = async (query: string, headers: Record<string, string>): Promise<ListBody> => {
    const reply = await ask(server, 'GET', `/tokens?${query}`, { headers });
    expect([reply.status, reply.text]).toEqual([200, expect.any(String)]);
    return reply.json<ListBody>();
  };

  /** @param between - what happens after each page */
  const walked = async (
    query: string,
    headers: Record<string, string> = AS_ADMIN,
    between?: () => Promise<void>,
  ): Promise<string[]> => {
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { items, next_cursor: next } = await page(`${query}&cursor=${cursor}`, headers);
      ids.push(...items.map(({ id }) => id));
      cursor = next;
      await between?.();
    }
    return ids;
  };

  describe.each(SORTS.flatMap((sort) => [sort, `-${sort}`]))('by %s', (sort) => {
    it.each(FILTERS.map(([query, fits], n) => [n, query, fits] as const))(
      'has all pages of the filter %i',
      async (_n, query, fits) => {
        const filter = query();
        const isAdmins = ({ createdBy }: Partial<Token>): boolean => createdBy === '1000';
        const fitting = rows.filter((row) => fits(row) && (!filter.includes('created_by') || isAdmins(row)));
        expect(fitting.length).toBeGreaterThan(0);
        expect(await walked(`${filter}&sort=${sort}&limit=17`)).toEqual(inOrder(fitting, sort));
        expect((await page(`${filter}&sort=${sort}&limit=1&total=true`, AS_ADMIN)).total).toBe(fitting.length);
      },
    );

    it('has all pages of what a member sees', async () => {
      const seen = rows.filter(({ accountId, userId }) =>
        userId === null ? accountId === account : userId === Number(member.id),
      );
      expect(await walked(`sort=${sort}&limit=7`, member.headers)).toEqual(inOrder(seen, sort));
      const own = await walked(`sort=${sort}&limit=7&created_by=1000`, member.headers);
      expect(own).toEqual(inOrder(seen, sort));
    });
  });

  it.each(SORTS.flatMap((sort) => [sort, `-${sort}`]))(
    'by %s has what was there once, while others are created and revoked',
    async (sort) => {
      const added: string[] = [];
      const before = inOrder(rows, sort);
      const change = async (): Promise<void> => {
        const body = { kind: 'service_token', account_id: account, name: 'same' };
        const { token } = (await ask(server, 'POST', '/tokens', { body })).json<WithSecret>();
        added.push(token.id);
        const [oldest] = added;
        if (added.length % 2 === 0) await ask(server, 'DELETE', `/tokens/${oldest ?? ''}`);
        if (added.length % 2 === 0) added.shift();
      };
      const found = await walked(`sort=${sort}&limit=9`, AS_ADMIN, change);
      expect(new Set(found).size).toBe(found.length);
      expect(found.filter((id) => before.includes(id))).toEqual(before);
      for (const id of added) await ask(server, 'DELETE', `/tokens/${id}`);
    },
  );
});
