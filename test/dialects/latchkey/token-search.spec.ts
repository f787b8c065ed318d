/** The search for tokens by a text: what it finds, the same on both engines (docs/contracts/latchkey.md §2). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import { startServer, type TestServer } from '../../support/test-server.js';
import { AS_ADMIN, ask } from './support.js';
import { newAccount, newPerson, type ListBody, type Person, type TokenBody, type WithSecret } from './tokens.js';

/** Both forms of the same letters. */
const COMPOSED = 'Caf\u00e9';
const DECOMPOSED = 'cafe\u0301';

const NAMES = [
  'CI deploy',
  'ci-Runner 100%',
  'under_score',
  'ÜBERWACHUNG',
  'überwachung',
  'ΟΔΟΣ',
  'οδος',
  'STRASSE',
  'Straße',
  'İstanbul',
  'ЖУРНАЛ',
  `${COMPOSED} one`,
  `${DECOMPOSED} two`,
  'a\\b',
  `x'y"z`,
];

onBothEngines('a search for tokens', (engine) => {
  let server: TestServer;
  let account: string;
  let owner: Person;
  const tokens = new Map<string, TokenBody>();

  beforeAll(async () => {
    server = await startServer(engine);
    account = await newAccount(server, 'Northwind Traders');
    owner = await newPerson(server);
    await ask(server, 'PATCH', `/users/${owner.id}`, { body: { name: 'Ada Lövelace', email: 'Ada.L@Example.org' } });
    for (const name of NAMES) {
      const body = { kind: 'service_token', account_id: account, name };
      const { token } = (await ask(server, 'POST', '/tokens', { body })).json<WithSecret>();
      tokens.set(name, token);
    }
    const body = { kind: 'personal_token', owner_id: owner.id, name: 'laptop' };
    tokens.set('laptop', (await ask(server, 'POST', '/tokens', { body })).json<WithSecret>().token);
  });
  afterAll(() => server.close());

  const found = async (text: string, headers: Record<string, string> = AS_ADMIN, more = ''): Promise<string[]> => {
    const reply = await ask(server, 'GET', `/tokens?limit=200&q=${encodeURIComponent(text)}${more}`, { headers });
    expect([reply.status, reply.text]).toEqual([200, expect.any(String)]);
    return reply
      .json<ListBody>()
      .items.map(({ name }) => name)
      .sort();
  };
  const few = (text: string): Promise<string[]> => found(text, AS_ADMIN, `&account_id=${account}`);

  it.each<[text: string, names: string[]]>([
    ['ci', ['CI deploy', 'ci-Runner 100%']],
    ['RUNNER', ['ci-Runner 100%']],
    ['%', ['ci-Runner 100%']],
    ['_', ['under_score']],
    ['\\', ['a\\b']],
    [`'y"`, [`x'y"z`]],
    ['überw', ['ÜBERWACHUNG', 'überwachung']],
    ['ÜBERW', ['ÜBERWACHUNG', 'überwachung']],
    ['u\u0308berw', ['ÜBERWACHUNG', 'überwachung']],
    ['uberw', []],
    ['οδος', ['ΟΔΟΣ', 'οδος']],
    ['ΟΔΟΣ', ['ΟΔΟΣ', 'οδος']],
    ['οδοσ', ['ΟΔΟΣ', 'οδος']],
    ['straße', ['Straße']],
    ['STRAẞE', ['Straße']],
    ['strasse', ['STRASSE']],
    ['İST', ['İstanbul']],
    ['stanbul', ['İstanbul']],
    ['журн', ['ЖУРНАЛ']],
    ['CAFÉ', [`${COMPOSED} one`, `${DECOMPOSED} two`]],
    ['nowhere', []],
  ])('for %j finds %j', async (text, names) => {
    expect(await few(text)).toEqual([...names].sort());
  });

  it('finds a token by a part of its client id, and by the beginning of its id, but not by a short one', async () => {
    const token = tokens.get('CI deploy') as TokenBody & { client_id: string };
    expect(await found(token.client_id.slice(3, 20).toUpperCase())).toEqual(['CI deploy']);
    expect(await found(token.id)).toEqual(['CI deploy']);
    // Ids that were made within a minute begin in the same way.
    expect(await found(token.id.slice(0, 30).toUpperCase())).toEqual(['CI deploy']);
    expect(await found(token.id.slice(1, 30))).toEqual([]);
    expect(await found(token.id.slice(0, 7))).not.toContain('laptop');
  });

  it.each(['ada.l@', 'ADA.L@EXAMPLE.ORG', '@example.org', 'ada lö', 'LÖVE'])(
    'finds the tokens of an owner by %s',
    async (text) => {
      const names = await found(text);
      expect(names).toContain('laptop');
      expect(names).not.toContain('CI deploy');
    },
  );

  it.each(['velace', 'xample.org'])('does not find owners by %s, where no word begins', async (text) => {
    expect(await found(text)).not.toContain('laptop');
  });

  it('does not find owners by two letters', async () => {
    // Letters that no client id has.
    expect(await found('no')).not.toContain('CI deploy');
    expect(await found('nor')).toContain('CI deploy');
  });

  it('finds the tokens of an account by a word of its name, and by its id', async () => {
    for (const text of ['northwind', 'TRADERS', account, account.slice(0, 8)]) {
      expect([text, await found(text)]).toEqual([text, [...NAMES].sort()]);
    }
    expect(await found('raders')).toEqual([]);
  });

  describe('by others', () => {
    let reader: Person;

    beforeAll(async () => {
      reader = await newPerson(server, { [account]: 'read_only' });
    });

    it('finds no owner whom they do not see', async () => {
      expect(await found('ada.l@example.org', reader.headers)).toEqual([]);
      expect(await found('northwind', owner.headers)).toEqual([]);
      expect(await found('northwind', reader.headers)).toEqual([...NAMES].sort());
      expect(await found('ada.l@example.org', owner.headers)).toContain('laptop');
      expect(await found('ada.l@example.org', owner.headers, '&kind=service_token')).toEqual([]);
    });
  });

  it('selects the same for a bulk action, the count and the export', async () => {
    const filter = { q: 'northwind' };
    const bulk = await ask(server, 'POST', '/tokens/bulk', { body: { action: 'disable', filter, dry_run: true } });
    expect(bulk.json<{ matched: number }>().matched).toBe(NAMES.length);
    const counted = await ask(server, 'GET', '/tokens?q=northwind&total=true&limit=1');
    expect(counted.json<ListBody>().total).toBe(NAMES.length);
    const exported = await ask(server, 'GET', '/tokens/export.csv?q=northwind');
    expect(exported.text.trim().split('\r\n')).toHaveLength(NAMES.length + 1);
  });

  it('folds letters in the lists of users, accounts and changes in the same way', async () => {
    const counts = async (path: string): Promise<number> =>
      (await ask(server, 'GET', path)).json<{ items: unknown[] }>().items.length;
    expect(await counts(`/users?q=${encodeURIComponent('LÖVELACE')}`)).toBe(1);
    await newAccount(server, 'Öresund Bro');
    expect(await counts(`/accounts?q=${encodeURIComponent('öRESUND')}`)).toBe(1);
    expect(await counts(`/accounts?q=${encodeURIComponent('ÖRESUND_')}`)).toBe(0);
    expect(await counts(`/audit?q=${encodeURIComponent('öRESUND')}`)).toBe(1);
  });
});
