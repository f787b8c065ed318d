/** A file with many entries is compared and applied with few statements, and a refusal names the entry. */
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application, ApplicationAddress, Zone } from '../../src/applications/index.js';
import { AuditRecord, COMMAND_LINE, Token, TokenCount, UnitOfWork } from '../../src/core/index.js';
import { carryOut, declarationReading, partsOf, planOf, readDeclaration } from '../../src/declared/index.js';
import { DIALECTS } from '../../src/dialects.js';
import { Account, Membership, User } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { watchQueries } from '../support/queries.js';
import { ACCOUNT, startServer, type TestServer } from '../support/test-server.js';
import { latchkey, type CommandResult } from './support.js';

const secretOf = (entry: number): string => hash('sha256', `secret ${String(entry)}`);
const clientIdOf = (entry: number): string => `${hash('sha256', `client ${String(entry)}`).slice(0, 32)}.access`;

/** Six entries and a member for each number: all that can be declared. */
function stateOf(numbers: readonly number[], name = 'ci'): object {
  return {
    accounts: numbers.map((n) => ({ name: `Tenant number ${String(n)}` })),
    users: numbers.map((n) => ({
      email: `user${String(n)}@example.com`,
      roles: { [`Tenant number ${String(n)}`]: 'read_only' },
    })),
    tokens: numbers.map((n) => ({
      kind: 'service_token',
      id: clientIdOf(n),
      account: `Tenant number ${String(n)}`,
      name: `${name} ${String(n)}`,
      algorithm: 'sha256',
      hash: hash('sha256', secretOf(n)),
    })),
    policies: numbers.map((n) => ({
      account: `Tenant number ${String(n)}`,
      name: 'CI may enter',
      decision: 'services',
      include: [{ token: clientIdOf(n) }],
    })),
    applications: numbers.map((n) => ({
      account: `Tenant number ${String(n)}`,
      name: 'Builds',
      addresses: [`builds${String(n)}.example.com`, `other${String(n)}.example.com/api`],
      policies: ['CI may enter', { name: 'Office', decision: 'bypass', include: [{ ip: '192.0.2.0/24' }] }],
    })),
  };
}

const numbersFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, at) => first + at);

let folder: string;

describe('a file with many entries', () => {
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'latchkey-apply-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  onBothEngines('many declared entries', (engine) => {
    let server: TestServer;

    beforeAll(async () => {
      server = await startServer(engine);
    });
    afterAll(() => server.close());

    const apply = (text: string, env: Record<string, string> = {}): Promise<CommandResult> => {
      const file = path.join(folder, 'state.yaml');
      writeFileSync(file, text);
      return latchkey(server.database, ['apply', file, '--yes'], { env });
    };

    /** Applies a state within the server. @returns how many statements that takes */
    const statementsOf = async (state: object): Promise<number> => {
      const dialects = await Promise.all(DIALECTS.flatMap(({ imports }) => imports?.() ?? []));
      const reading = declarationReading(dialects);
      const { declaration, faults } = readDeclaration(state, reading);
      expect(faults).toEqual([]);
      const watch = watchQueries(server.dataSource);
      const options = { prune: false, replaceSecrets: false };
      await server.app.get(UnitOfWork).write(COMMAND_LINE, async (tx) => {
        const plan = await planOf(tx.manager, partsOf(server.app), declaration, reading, options);
        expect(plan.faults).toEqual([]);
        await carryOut(tx, plan);
      });
      watch.stop();
      return watch.statements.length;
    };

    it('take few statements, whether they are new or there already, and leave what single ones do', async () => {
      const { manager } = server.dataSource;
      const audited = await manager.count(AuditRecord);
      const few = await statementsOf(stateOf([0]));
      const rowsOfOne = (await manager.count(AuditRecord)) - audited;
      const numbers = numbersFrom(1, 100);
      // Seven entries for each number.
      expect((await statementsOf(stateOf(numbers))) - few).toBeLessThan(20);
      expect(await statementsOf(stateOf(numbers))).toBeLessThan(60);

      // The row that tells of imported tokens is one for all within an hour.
      expect((await manager.count(AuditRecord)) - audited).toBe(rowsOfOne + 100 * (rowsOfOne - 1));
      for (const entity of [Account, Application, Membership]) {
        expect(await manager.createQueryBuilder(entity, 'row').getCount()).toBeGreaterThanOrEqual(101);
      }
      expect(await manager.count(ApplicationAddress)).toBe(202);
      expect(await manager.countBy(Token, { kind: 'service_token' })).toBe(101);
      expect(await manager.sum(TokenCount, 'tokens', { kind: 'service_token' })).toBe(101);
      const { id } = await manager.findOneByOrFail(Account, { name: 'Tenant number 77' });
      const headers = { 'CF-Access-Client-Id': clientIdOf(77), 'CF-Access-Client-Secret': secretOf(77) };
      const asked = (query: string) => send(server.baseUrl, 'GET', `/verify?${query}`, { headers });
      expect((await asked(`kind=service_token&account=${id}`)).status).toBe(200);
      const application = await manager.findOneByOrFail(Application, { accountId: id });
      expect((await asked(`app=${application.id}`)).status).toBe(200);
      const other = await manager.findOneByOrFail(Application, { name: 'Builds', domain: 'builds78.example.com' });
      expect((await asked(`app=${other.id}`)).status).toBe(403);
    });

    it('are named one by one when one of them is refused, and then nothing is changed', async () => {
      const { manager } = server.dataSource;
      const before = await manager.count(AuditRecord);
      const { id: accountId } = await manager.findOneByOrFail(Account, { name: 'Tenant number 5' });
      const times = { createdAt: new Date(), updatedAt: new Date() };
      await manager.insert(Zone, { id: 'f'.repeat(32), name: 'zone.example.com', accountId, ...times });
      const own = '{ name: Own, decision: bypass, include: [{ everyone: true }] }';
      const cases: [text: string, refusal: RegExp, env?: Record<string, string>][] = [
        [
          'accounts:\n  - name: ace\n  - name: Delta\n  - name: \u0430\u0441\u0435\n',
          /state\.yaml:4: cannot create account \u0430\u0441\u0435: the name looks like that of account [0-9a-f]{32}/,
        ],
        [
          'users:\n  - email: x@example.com\n  - email: \u0445@example.com\n',
          /state\.yaml:3: cannot create user \u0445@example\.com: .* it looks like that of user \d+/,
        ],
        [
          `applications:\n  - { account: ${ACCOUNT.name}, name: One, addresses: [one.example.com] }\n` +
            `  - { account: ${ACCOUNT.name}, name: Two, addresses: [two.example.com] }\n`,
          /state\.yaml:3: cannot create application Two: an account may have 1 applications/,
          { APPLICATIONS_PER_ACCOUNT: '1' },
        ],
        [
          `policies:\n  - { account: ${ACCOUNT.name}, name: One, decision: bypass, include: [{ everyone: true }] }\n` +
            `  - { account: ${ACCOUNT.name}, name: Two, decision: bypass, include: [{ everyone: true }] }\n`,
          /state\.yaml:3: cannot create policy Two: an account may have 1 policies/,
          { POLICIES_PER_ACCOUNT: '1' },
        ],
        [
          `applications:\n  - { account: ${ACCOUNT.name}, name: One, addresses: [one.example.com], policies: [${own}] }\n` +
            `  - { account: ${ACCOUNT.name}, name: Two, addresses: [two.example.com], policies: [${own}] }\n`,
          /state\.yaml:3: cannot create application Two: an account may have 1 policies/,
          { POLICIES_PER_ACCOUNT: '1' },
        ],
        [
          'applications:\n  - { account: Tenant number 5, name: One, addresses: [one.zone.example.com] }\n' +
            '  - { account: Tenant number 6, name: Two, addresses: [two.zone.example.com] }\n',
          /state\.yaml:3: cannot create application Two: domain two\.zone\.example\.com does not belong to a zone of this/,
        ],
        [
          `policies:\n  - { account: ${ACCOUNT.name}, name: One, decision: bypass, include: [{ everyone: true }] }\n` +
            `applications:\n  - { account: ${ACCOUNT.name}, name: One, addresses: [one.example.com], policies: [One, One] }\n`,
          /state\.yaml:4: cannot create application One: policies name one policy twice/,
        ],
        [
          `tokens:\n  - { kind: service_token, id: ${clientIdOf(900)}, account: Tenant number 5, algorithm: sha256, hash: ${hash('sha256', 'x')} }\n` +
            `policies:\n  - { account: Tenant number 6, name: Other, decision: services, include: [{ token: ${clientIdOf(900)} }] }\n`,
          /state\.yaml:4: refused: policies\[1\]\.include\[1\] names the token [0-9a-f]{32}\.access, which is not there/,
        ],
        [
          `tokens:\n  - { kind: service_token, id: ${clientIdOf(901)}, account: Tenant number 5, algorithm: sha256, hash: ${hash('sha256', secretOf(5))} }\n` +
            `policies:\n  - { account: Tenant number 5, name: Other, decision: services, include: [{ token: ${clientIdOf(901)} }] }\n`,
          /state\.yaml:4: refused: policies\[1\]\.include\[1\] names the token [0-9a-f]{32}\.access, which is not there/,
        ],
        ['{\n"accounts": [],\n"accounts": []\n}', /state\.yaml:3: refused: Map keys must be unique/],
        ['{\n"accounts": [\n{ "name": "A", "name": "B" }\n]\n}', /state\.yaml:3: refused: Map keys must be unique/],
      ];
      for (const [text, refusal, env] of cases) {
        const { code, err } = await apply(text, env);
        expect(err).toMatch(refusal);
        expect(code).toBe(1);
      }
      expect(await manager.count(AuditRecord)).toBe(before);
    });

    it('may take a name that a change in the same file frees', async () => {
      const { manager } = server.dataSource;
      expect((await apply('users: [{ email: swap@example.com, name: Before }]')).err).toBe('');
      const { id } = await manager.findOneByOrFail(User, { email: 'swap@example.com' });
      const text = `users:\n  - { email: swapped@example.com, id: ${String(id)} }\n  - { email: other@example.com }\n`;
      expect((await apply(text)).err).toBe('');
      const again = `users:\n  - { email: swap@example.com }\n  - { email: third@example.com, id: ${String(id)} }\n`;
      expect((await apply(again)).err).toBe('');
      const rows = await manager.findBy(User, { email: 'swap@example.com' });
      expect(rows.map((user) => user.id === id)).toEqual([false]);
    });
  });
});
