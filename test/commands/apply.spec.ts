/** What a file declares becomes what the server has: plan, drift, pruning, refusals, and exports. */
import { hash, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import { AuditRecord } from '../../src/core/index.js';
import { Account, Membership, User } from '../../src/identity/index.js';
import { Application, Policy } from '../../src/applications/index.js';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { latchkey, type CommandResult } from './support.js';

const SECRET = 'c'.repeat(64);
const CLIENT_ID = `${'d'.repeat(32)}.access`;
const PERSONAL = 'laptop'.padEnd(43, 'p');

const STATE = `
accounts:
  - name: ${ACCOUNT.name}
  - name: Beta
users:
  - email: ann@example.com
    name: Ann
    password_hash: ${bcrypt.hashSync('the old password', 4)}
    roles: { ${ACCOUNT.name}: administrator, Beta: read_only }
tokens:
  - kind: service_token
    id: ${CLIENT_ID}
    account: Beta
    name: CI
    algorithm: sha512
    hash: ${hash('sha512', SECRET)}
  - kind: personal_token
    user: ann@example.com
    name: Laptop
    algorithm: sha256
    hash: ${hash('sha256', PERSONAL)}
policies:
  - account: Beta
    name: CI may enter
    decision: services
    include: [{ token: ${CLIENT_ID} }]
applications:
  - account: Beta
    name: Build server
    addresses: [build.example.com, build2.example.com/api]
    policies:
      - CI may enter
      - name: Office
        decision: bypass
        include: [{ ip: 192.0.2.0/24 }]
`;

interface Shown {
  readonly changed: boolean;
  readonly refusal: string | null;
  readonly steps: readonly {
    readonly action: string;
    readonly noun: string;
    readonly name: string;
    readonly note?: string;
  }[];
  readonly unchanged: Readonly<Record<string, number>>;
}

let folder: string;

const fileOf = (text: string): string => {
  const file = path.join(folder, 'state.yaml');
  writeFileSync(file, text);
  return file;
};

onBothEngines('latchkey apply', (engine) => {
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'latchkey-apply-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  let server: TestServer;

  beforeEach(async () => {
    server = await startServer(engine);
  });

  const apply = (text: string, ...options: string[]): Promise<CommandResult> =>
    latchkey(server.database, ['apply', fileOf(text), ...options]);

  const applied = async (text: string, ...options: string[]): Promise<Shown> => {
    const result = await apply(text, '--json', ...options);
    expect([result.err, result.code]).toEqual(['', 0]);
    return result.json<Shown>();
  };

  const stepsOf = ({ steps }: Shown): string[] => steps.map(({ action, noun, name }) => `${action} ${noun} ${name}`);

  const verified = async (headers: Record<string, string>, query = ''): Promise<number> =>
    (await send(server.baseUrl, 'GET', `/verify${query}`, { headers })).status;

  const CI = { 'CF-Access-Client-Id': CLIENT_ID, 'CF-Access-Client-Secret': SECRET };

  /** What a rule about tokens of the account says. */
  const asCi = async (secret = SECRET): Promise<number> => {
    const beta = await server.dataSource.manager.findOneBy(Account, { name: 'Beta' });
    const query = `?kind=service_token&account=${beta?.id ?? ACCOUNT.id}`;
    return verified({ ...CI, 'CF-Access-Client-Secret': secret }, query);
  };

  const auditRows = (): Promise<number> => server.dataSource.manager.count(AuditRecord);

  it('shows a plan, makes it true beside the server, and then has nothing left to do', async () => {
    expect(await asCi()).toBe(401);
    const before = await auditRows();
    const plan = await apply(STATE, '--plan');
    expect([plan.err, plan.code]).toEqual(['', 0]);
    expect(plan.out).toContain('+ account Beta\n');
    expect(plan.out).toContain('+ member ann@example.com in Beta: role read_only\n');
    expect(plan.out).toMatch(/\n\+ application Build server: addresses /);
    expect(plan.out).toContain('\n! user root@example.com is not in the file; --prune deletes it\n');
    expect(plan.out).toMatch(/\n8 to create, 0 to change, 0 to delete, 1 as declared; 2 differences stay\n$/);
    expect(plan.out).not.toContain(hash('sha512', SECRET));
    expect(await auditRows()).toBe(before);

    const unasked = await apply(STATE);
    expect([unasked.code, unasked.err]).toEqual([
      1,
      'nothing was changed: give --yes to apply this, or --plan to only see it\n',
    ]);
    expect(await auditRows()).toBe(before);

    const first = await applied(STATE, '--yes');
    expect(first.changed).toBe(true);
    expect(await asCi()).toBe(200);
    expect(await verified({ 'Private-Token': PERSONAL }, `?kind=personal_token&member_of=${ACCOUNT.id}`)).toBe(200);
    const { id } = await server.dataSource.manager.findOneByOrFail(Application, { name: 'Build server' });
    expect(await verified(CI, `?app=${id}`)).toBe(200);
    expect(await verified({ ...CI, 'CF-Access-Client-Secret': 'e'.repeat(64) }, `?app=${id}`)).toBe(401);
    const body = JSON.stringify({ email: 'ann@example.com', password: 'the old password' });
    expect((await send(server.baseUrl, 'POST', '/api/v1/users/login', { body })).status).toBe(200);
    const rows = await server.dataSource.manager.findBy(AuditRecord, { authorName: 'command line' });
    expect(rows.map(({ action }) => action).sort()).toEqual([
      'account.created',
      'application.created',
      'membership.added',
      'membership.added',
      'policy.created',
      'policy.created',
      'server.tokens_imported',
      'token.issued',
      'token.issued',
      'user.created',
    ]);

    const after = await auditRows();
    const again = await applied(STATE, '--yes');
    expect(again).toMatchObject({
      changed: false,
      unchanged: { account: 2, user: 1, member: 2, token: 2, policy: 1, application: 1 },
    });
    expect(again.steps.filter(({ action }) => action !== 'keep')).toEqual([]);
    expect(await auditRows()).toBe(after);
  });

  it('shows what has drifted, takes it back, and leaves secrets as they are unless told', async () => {
    await applied(STATE, '--yes');
    const { manager } = server.dataSource;
    const bearer = { authorization: `Bearer ${ADMIN.token}` };
    const beta = await manager.findOneByOrFail(Account, { name: 'Beta' });
    const base = `/client/v4/accounts/${beta.id}/access`;
    const policy = await manager.findOneByOrFail(Policy, { name: 'CI may enter' });
    const opened = { name: 'CI may enter', decision: 'bypass', include: [{ everyone: {} }] };
    const put = (url: string, body: object) =>
      send(server.baseUrl, 'PUT', `${base}/${url}`, { headers: bearer, body: JSON.stringify(body) });
    expect((await put(`policies/${policy.id}`, opened)).status).toBe(200);
    const { id } = await manager.findOneByOrFail(Application, { name: 'Build server' });
    expect(await verified({}, `?app=${id}`)).toBe(200);
    const ann = await manager.findOneByOrFail(User, { email: 'ann@example.com' });
    const rename = { headers: { 'Private-Token': ADMIN.token }, body: JSON.stringify({ name: 'Mallory' }) };
    expect((await send(server.baseUrl, 'PATCH', `/api/v1/users/${String(ann.id)}`, rename)).status).toBe(200);

    const plan = await apply(STATE, '--plan');
    expect(plan.out).toContain('~ user ann@example.com: name Mallory -> Ann\n');
    expect(plan.out).toMatch(/~ policy CI may enter: decision bypass -> services, include /);
    expect(stepsOf(await applied(STATE, '--yes')).filter((step) => !step.startsWith('keep'))).toEqual([
      'change user ann@example.com',
      'change policy CI may enter',
    ]);
    expect(await verified({}, `?app=${id}`)).toBe(401);
    expect(await verified(CI, `?app=${id}`)).toBe(200);

    const other = STATE.replace(hash('sha512', SECRET), hash('sha512', 'f'.repeat(64)));
    const kept = await applied(other, '--yes');
    expect(kept.changed).toBe(false);
    expect(kept.steps.find(({ noun, note }) => noun === 'token' && note?.includes('--replace-secrets'))).toBeDefined();
    expect(await asCi()).toBe(200);
    expect((await applied(other, '--yes', '--replace-secrets')).changed).toBe(true);
    expect(await asCi()).toBe(401);
    expect(await asCi('f'.repeat(64))).toBe(200);
    expect(await applied(other, '--yes')).toMatchObject({ changed: false, unchanged: { token: 2 } });
  });

  it('deletes what is not in the file only with --prune, and nothing of sections that the file lacks', async () => {
    await applied(STATE, '--yes');
    const { manager } = server.dataSource;
    const less = `
accounts: [{ name: ${ACCOUNT.name} }]
users:
  - email: ${ADMIN.email}
  - { email: ann@example.com, roles: { ${ACCOUNT.name}: read_only } }
`;
    const kept = await applied(less, '--yes');
    expect(stepsOf(kept)).toEqual([
      `change member ann@example.com in ${ACCOUNT.name}`,
      'keep member ann@example.com in Beta',
      'keep account Beta',
    ]);
    expect(await asCi()).toBe(200);
    const pruned = await applied(less, '--yes', '--prune');
    expect(stepsOf(pruned)).toEqual(['delete account Beta']);
    expect(await asCi()).toBe(401);
    expect(await verified({ 'Private-Token': PERSONAL }, `?kind=personal_token&member_of=${ACCOUNT.id}`)).toBe(200);
    expect(await manager.countBy(Membership, {})).toBe(2);

    expect((await apply(STATE, '--plan')).err).toContain(`names the token ${CLIENT_ID}, which is not there`);
    const revived = await applied(STATE.slice(0, STATE.indexOf('policies:')), '--plan');
    expect(
      revived.steps.find(({ noun, note }) => noun === 'token' && note?.includes('does not come back')),
    ).toBeDefined();
    const none = `tokens: []\nusers: [{ email: ${ADMIN.email} }]\n`;
    const last = await apply(none, '--yes', '--prune');
    expect(last.code).toBe(0);
    expect(await verified({ 'Private-Token': PERSONAL }, `?kind=personal_token&member_of=${ACCOUNT.id}`)).toBe(401);
  });

  it('ends the logins of a personal token that it disables or deletes', async () => {
    await applied(STATE, '--yes');
    const tokens = STATE.slice(STATE.indexOf('tokens:'), STATE.indexOf('policies:'));
    const withLaptop = (line: string): string => tokens.replace('name: Laptop', `name: Laptop\n    ${line}`);
    const logIn = async (): Promise<string> => {
      const body = JSON.stringify({ token: PERSONAL });
      return (await send(server.baseUrl, 'POST', '/api/v1/users/login', { body })).json<{ token: string }>().token;
    };
    const isIn = async (login: string): Promise<number> =>
      (await send(server.baseUrl, 'GET', '/api/v1/users', { headers: { 'Private-Token': login } })).status;
    const first = await logIn();
    expect(await isIn(first)).toBe(200);
    await applied(withLaptop('enabled: false'), '--yes');
    expect(await isIn(first)).toBe(401);
    await applied(withLaptop('enabled: true'), '--yes');
    expect(await isIn(first)).toBe(401);
    const second = await logIn();
    expect(await isIn(second)).toBe(200);
    await applied(tokens.slice(0, tokens.indexOf('  - kind: personal_token')), '--yes', '--prune');
    expect(await isIn(second)).toBe(401);
  });

  it('deletes no token that a policy names which stays', async () => {
    await applied(STATE, '--yes');
    const pruned = await apply('tokens: []', '--yes', '--prune');
    expect(pruned.code).toBe(1);
    expect(pruned.err).toMatch(/the policy .* names it; change that first; nothing was changed\n$/);
    expect(await asCi()).toBe(200);
  });

  it('keeps the last administrator, and then changes nothing at all', async () => {
    const before = await auditRows();
    const demoted = await apply(`users: [{ email: ${ADMIN.email}, name: Root, admin: false }]`, '--yes');
    expect(demoted.code).toBe(1);
    expect(demoted.err).toMatch(/the last administrator who can sign in .*; nothing was changed\n$/);
    expect(await auditRows()).toBe(before);
    const handed = `users:
  - { email: ${ADMIN.email}, admin: false }
  - { email: zoe@example.com, admin: true, password_hash: ${bcrypt.hashSync('a new administrator', 4)} }
`;
    expect((await applied(handed, '--yes')).changed).toBe(true);
    const pruned = await apply('users: []', '--yes', '--prune');
    expect(pruned.err).toContain('the last administrator who can sign in cannot be deleted');
    expect(await server.dataSource.manager.countBy(User, { email: 'zoe@example.com', admin: true })).toBe(1);
  });

  it('refuses a file with all its faults, by line, and changes nothing', async () => {
    const before = await auditRows();
    const text = `accounts:
  - { name: New, colour: red, size: 1 }
users:
  - email: not an address
    admin: "yes"
  - { email: ann@example.com, roles: { Nowhere: administrator, New: owner } }
tokens:
  - { kind: service_token, id: short, account: ${ACCOUNT.name}, algorithm: sha256, hash: 1f }
  - { kind: service_token, id: ${CLIENT_ID}, account: ${ACCOUNT.name} }
policies:
  - { account: ${ACCOUNT.name}, name: P, decision: maybe, include: [{ ip: x }, {}] }
  - { account: ${ACCOUNT.name}, name: Q, decision: services, include: [{ token: nobody }] }
applications:
  - account: ${ACCOUNT.name}
    name: App
    addresses: ["https://app.example.com"]
    session_duration: 24 hours
    policies: [Missing, P]
zones: []
`;
    const result = await apply(text, '--yes');
    expect(result.code).toBe(1);
    const lines = result.err.split('\n').map((line) => line.replace(/^.*?state\.yaml:/, ''));
    expect(lines).toEqual([
      '2: refused: accounts[1].colour is not known here: there are id, name',
      '2: refused: accounts[1].size is not known here: there are id, name',
      '5: refused: users[1].admin must be true or false',
      '6: refused: users[2].roles.New must be administrator or read_only',
      '8: refused: tokens[1].hash is neither 64 hex characters nor 32 bytes in base64',
      '8: refused: tokens[1].id is no client id: 32 lower-case hex characters and .access',
      `9: refused: tokens[2] has no hash, and there is no service_token ${CLIENT_ID} here that it could be`,
      '11: refused: policies[1].decision must be one of services, bypass, people, deny',
      '11: refused: policies[1].include[1].ip must be an address or a range such as 192.0.2.0/24',
      '11: refused: policies[1].include[2] must have one of token, any_token, everyone, ip and other',
      '12: refused: policies[2].include[1] names the token nobody, which is not there',
      expect.stringMatching(/^16: refused: applications\[1]\.addresses\[1] must be a host /),
      '19: refused: zones is not known here: there are accounts, users, tokens, policies, applications',
      'the file has 13 faults, so nothing was changed',
      '',
    ]);
    expect(await auditRows()).toBe(before);

    const later = await apply('users:\n  - { email: bob, roles: { Nowhere: read_only } }\n', '--json');
    expect(later.json()).toMatchObject({
      changed: false,
      refusal: 'the file has 2 faults, so nothing was changed',
      faults: [
        { line: 2, reason: 'users[1].email is not a valid e-mail address' },
        { line: 2, reason: 'users[1].roles.Nowhere names the account Nowhere, which is not there' },
      ],
    });
    for (const [broken, reason] of [
      ['accounts: [', ':1: refused: '],
      ['accounts: []\naccounts: []', ':2: refused: Map keys must be unique'],
      ['', ':1: refused: the file must have sections'],
      [
        'users: [{ email: a@example.com }, { email: A@example.com }]',
        'users[2].email is the same as in entry 1 of users',
      ],
    ]) {
      expect((await apply(broken ?? '', '--yes')).err).toContain(reason);
    }
  });

  it('refuses what contradicts what is there, names it, and changes nothing', async () => {
    await applied(STATE, '--yes');
    const { manager } = server.dataSource;
    const beta = await manager.findOneByOrFail(Account, { name: 'Beta' });
    const ann = await manager.findOneByOrFail(User, { email: 'ann@example.com' });
    const app = await manager.findOneByOrFail(Application, { name: 'Build server' });
    const policy = await manager.findOneByOrFail(Policy, { name: 'CI may enter' });
    const before = await auditRows();
    const refused = async (text: string, ...options: string[]): Promise<string> => {
      const { code, err } = await apply(text, '--yes', ...options);
      expect([text, code]).toEqual([text, 1]);
      return err;
    };
    const site = (values: string, account = 'Beta'): string =>
      `applications: [{ account: ${account}, addresses: [x.example.com], ${values} }]`;
    const personal = `{ kind: personal_token, user: USER, name: x, algorithm: sha256, hash: ${hash('sha256', 'x')} }`;
    for (const [text, fault] of [
      ['users: [{ email: ann@example.com, approved: false }]', 'users[1].approved cannot become false: an approval'],
      [
        `users: [{ id: ${String(ADMIN.id)}, email: ann@example.com }]`,
        `users[1].email is that of user ${String(ann.id)} here: declare them by that id, or without one`,
      ],
      [
        `users: [{ email: ann@example.com, roles: { Beta: read_only, ${beta.id}: administrator } }]`,
        `users[1].roles.${beta.id} names the same account as another role`,
      ],
      [`accounts: [{ id: ${ACCOUNT.id}, name: Beta }]`, `accounts[1].name is that of account ${beta.id} here`],
      ['accounts: 5', 'accounts must be a list; write [] for one without entries'],
      ['[1]', 'the file must have sections: accounts, users, tokens, policies, applications'],
      [
        `tokens: [{ kind: service_token, id: ${CLIENT_ID}, account: ${ACCOUNT.name}, name: CI }]`,
        'tokens[1].account is not whom the token with this id belongs to, and tokens keep their owner',
      ],
      [
        `tokens: [${personal.replace('USER', 'bob@example.com')}]`,
        'tokens[1].user names the user bob@example.com, who is not there',
      ],
      [
        `policies: [{ id: ${policy.id}, account: ${ACCOUNT.name}, name: x, decision: deny, include: [{ ip: 192.0.2.1 }] }]`,
        'policies[1].id belongs to a policy of another account or application',
      ],
      [site(`id: ${app.id}, name: x`, ACCOUNT.name), 'applications[1].id belongs to an application of another account'],
      [site(`name: x, aud: ${app.aud}`), 'applications[1].aud is that of another application here: leave it out'],
      [
        site(`name: Build server, aud: ${'f'.repeat(app.aud.length)}`),
        `applications[1].aud is not that of this application, ${app.aud}, and never changes`,
      ],
      [site('name: x, policies: [None]'), 'applications[1].policies[1] names the policy None, which is not there'],
    ]) {
      expect(await refused(text ?? '')).toContain(`refused: ${fault ?? ''}`);
    }
    const pruned = await refused(`users: []\ntokens: [${personal.replace('USER', 'ann@example.com')}]`, '--prune');
    expect(pruned).toContain('names the user ann@example.com, whom --prune would delete: declare them');
    expect(await auditRows()).toBe(before);
  });

  it('refuses a name that several have here, and takes the id', async () => {
    await applied(STATE, '--yes');
    const { manager } = server.dataSource;
    const app = await manager.findOneByOrFail(Application, { name: 'Build server' });
    const policy = await manager.findOneByOrFail(Policy, { name: 'CI may enter' });
    await manager.save(Object.assign(new Application(), app, { id: randomUUID(), aud: 'f'.repeat(64) }));
    await manager.save(Object.assign(new Policy(), policy, { id: randomUUID() }));
    const entry = 'account: Beta, name: Build server, addresses: [x.example.com]';
    const rule = `account: Beta, name: CI may enter, decision: services, include: [{ token: ${CLIENT_ID} }]`;
    for (const [text, fault] of [
      [
        `applications: [{ ${entry} }]`,
        'applications[1].name is that of several applications here: give the id as well',
      ],
      [`policies: [{ ${rule} }]`, 'policies[1].name is that of several policies here: give the id as well'],
      [
        `applications: [{ id: ${app.id}, ${entry}, policies: [CI may enter] }]`,
        'applications[1].policies[1] names CI may enter, as several policies are called: give the id',
      ],
    ]) {
      const { code, err } = await apply(text ?? '', '--yes');
      expect([text, code, err]).toEqual([text, 1, expect.stringContaining(`refused: ${fault ?? ''}`)]);
    }
    const byId = `applications: [{ id: ${app.id}, ${entry} }]\npolicies: [{ id: ${policy.id}, ${rule} }]`;
    expect(stepsOf(await applied(byId, '--yes'))).toContain('change application Build server');
  });

  it('asks on a terminal, and takes standard input', async () => {
    const text = 'accounts: [{ name: Asked }]';
    const typed = (input: string): Promise<CommandResult> =>
      latchkey(server.database, ['apply', fileOf(text)], { input, isTTY: true });
    const refused = await typed('y\n');
    expect([refused.code, refused.err]).toEqual([
      1,
      '1 to create, 0 to change, 0 to delete, 0 as declared; 1 differences stay\nApply this? Only "yes" does: nothing was changed\n',
    ]);
    const agreed = await typed('yes\n');
    expect(agreed.code).toBe(0);
    expect(agreed.out).toContain('1 created, ');
    const piped = await latchkey(server.database, ['apply', '-', '--yes'], {
      input: '{"accounts": [{"name": "Piped"}]}',
    });
    expect(piped).toMatchObject({ code: 0, err: '' });
    const names = (await server.dataSource.manager.find(Account)).map(({ name }) => name);
    expect(names.sort()).toEqual([ACCOUNT.name, 'Asked', 'Piped']);
  });

  it('is refused as a whole if one step cannot be done', async () => {
    const before = await auditRows();
    const text = `accounts: [{ name: First }]\nusers:\n  - email: x@example.com\n  - email: \u0445@example.com\n`;
    const result = await apply(text, '--yes');
    expect(result.code).toBe(1);
    expect(result.err).toMatch(/state\.yaml:4: cannot create user .*looks like.*; nothing was changed\n$/);
    expect(await auditRows()).toBe(before);
  });

  it('reads what export writes, and finds it done', async () => {
    await applied(STATE, '--yes');
    const file = path.join(folder, 'export.yaml');
    rmSync(file, { force: true });
    expect(await latchkey(server.database, ['export', file])).toMatchObject({ code: 0, err: '' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8');
    for (const hidden of [ADMIN.token, '$2b$', hash('sha512', SECRET), hash('sha256', PERSONAL)]) {
      expect(text).not.toContain(hidden);
    }
    expect((await latchkey(server.database, ['export', file])).err).toContain('give --force to replace it');
    const before = await auditRows();
    const again = await applied(text, '--yes', '--prune', '--replace-secrets');
    expect([again.changed, again.steps]).toEqual([false, []]);
    expect(await auditRows()).toBe(before);
    const asJson = await latchkey(server.database, ['export', '--json', '--hashes']);
    expect((await applied(asJson.out, '--yes', '--prune', '--replace-secrets')).steps).toEqual([]);
  });

  it('makes a new server from an export with hashes, with the same ids', async () => {
    await applied(STATE, '--yes');
    const { out } = await latchkey(server.database, ['export', '--hashes']);
    const database = await createDatabase(engine);
    if (engine === 'sqlite') writeFileSync(database.name, '');
    expect((await latchkey(database, ['migrate', 'up'])).code).toBe(0);
    const withoutAdmin = await latchkey(database, ['apply', fileOf('accounts: [{ name: X }]'), '--yes']);
    expect(withoutAdmin.err).toContain('no administrator could sign in: start the server once');
    const result = await latchkey(database, ['apply', fileOf(out), '--yes', '--json']);
    expect([result.err, result.code]).toEqual(['', 0]);
    const again = await latchkey(database, ['apply', fileOf(out), '--plan', '--prune', '--json']);
    expect(again.json<Shown>().steps).toEqual([]);
    const copy = await latchkey(database, ['export', '--hashes']);
    const ownPolicies = /\n {6}- id: [0-9a-f-]{36}/g;
    expect(copy.out.replace(ownPolicies, '')).toBe(out.replace(ownPolicies, ''));
  });
});
