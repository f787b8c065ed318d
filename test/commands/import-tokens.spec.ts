/** Tokens and users of other systems, of which only hashes are known. */
import { createHmac, hash, pbkdf2Sync, scryptSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { hash as argonHash } from '@node-rs/argon2';
import bcrypt from 'bcrypt';
import { onBothEngines } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { latchkey, type CommandResult } from './support.js';

const KEY = 'a key of twenty bytes';
const plainOf = (index: number): string => String(index).padEnd(43, 'p');
/** The form of the vendor's own client secrets. */
const secretOf = (index: number): string => String(index).padEnd(64, 'a');
const clientIdOf = (index: number): string => `${String(index).padEnd(32, 'b')}.access`;
const b64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

let folder: string;

function fileOf(text: string): string {
  const file = path.join(folder, 'rows');
  writeFileSync(file, text);
  return file;
}

const lines = (...rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n');

onBothEngines('latchkey import', (engine) => {
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'latchkey-import-'));
    writeFileSync(path.join(folder, 'hmac.key'), `${KEY}\n`);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  let server: TestServer;

  beforeEach(async () => {
    server = await startServer(engine);
  });

  const run = (what: string, text: string, ...options: string[]): Promise<CommandResult> =>
    latchkey(server.database, ['import', what, fileOf(text), ...options, '--json']);

  const verify = (headers: Record<string, string>): Promise<Reply> =>
    send(server.baseUrl, 'GET', '/verify', { headers });

  const asService = async (index: number, secret = secretOf(index)): Promise<number> =>
    (await verify({ 'CF-Access-Client-Id': clientIdOf(index), 'CF-Access-Client-Secret': secret })).status;

  it('takes personal tokens by hashes that can be searched for, from CSV', async () => {
    const rows = [
      ['sha256', hash('sha256', plainOf(1))],
      ['sha512', hash('sha512', plainOf(2))],
      ['hmac-sha256', createHmac('sha256', KEY).update(plainOf(3)).digest('base64')],
    ];
    const text = [
      'kind,algorithm,hash,name,user,created_at',
      ...rows.map((row) => `personal_token,${row.join(',')},"from, elsewhere",${ADMIN.email},2020-01-02`),
    ].join('\r\n');
    const keyFile = path.join(folder, 'hmac.key');
    const result = await run('tokens', text, '--key-file', keyFile);
    expect([result.err, result.code]).toEqual(['', 0]);
    expect(result.json()).toMatchObject({ tokens: { added: 3 } });
    for (const index of [1, 2, 3]) {
      for (const _use of [1, 2]) expect((await verify({ 'Private-Token': plainOf(index) })).status).toBe(200);
    }
    expect((await verify({ 'Private-Token': plainOf(4) })).status).toBe(401);
    expect((await run('tokens', text, '--key-file', keyFile)).json()).toMatchObject({ tokens: { unchanged: 3 } });
  });

  it('takes tokens of accounts by hashes with a salt each, which their client id finds', async () => {
    const salt = Buffer.from('0123456789abcdef');
    const hashes = [
      ['bcrypt', await bcrypt.hash(secretOf(1), 4)],
      ['argon2id', await argonHash(secretOf(2), { memoryCost: 64, timeCost: 1, parallelism: 1 })],
      ['scrypt', `$scrypt$ln=4,r=8,p=1$${b64(salt)}$${b64(scryptSync(secretOf(3), salt, 32, { N: 16 }))}`],
      ['pbkdf2', `$pbkdf2-sha256$i=10$${b64(salt)}$${b64(pbkdf2Sync(secretOf(4), salt, 10, 32, 'sha256'))}`],
    ];
    const rows = hashes.map(([algorithm, hashed], at) => ({
      kind: 'service_token',
      id: clientIdOf(at + 1),
      algorithm,
      hash: hashed,
      name: `deploy ${String(algorithm)}`,
      account: ACCOUNT.name,
    }));
    const result = await run('tokens', lines(...rows));
    expect([result.err, result.code]).toEqual(['', 0]);
    for (const index of [1, 2, 3, 4]) {
      // A wrong secret first: then the token is cached with its stand-in.
      expect(await asService(index, secretOf(9))).toBe(401);
      for (const _use of [1, 2, 3]) expect(await asService(index)).toBe(200);
      expect(await asService(index, secretOf(9))).toBe(401);
    }
    const listed = await send(server.baseUrl, 'GET', `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`, {
      headers: { authorization: `Bearer ${ADMIN.token}` },
    });
    expect(listed.json<{ result: { client_id: string }[] }>().result).toHaveLength(4);
  });

  it('says of each row why it cannot be taken', async () => {
    const token = { kind: 'personal_token', algorithm: 'sha256', hash: hash('sha256', 'x'), user: ADMIN.email };
    const result = await run(
      'tokens',
      lines(
        { ...token, user: 'nobody@example.com' },
        { ...token, algorithm: 'md5' },
        { ...token, algorithm: 'bcrypt', hash: bcrypt.hashSync('x', 4) },
        { ...token, algorithm: 'hmac-sha256' },
        { ...token, colour: 'red' },
        { ...token, kind: 'service_token', user: undefined, id: 'short', account: ACCOUNT.id },
      ),
    );
    expect(result.code).toBe(1);
    const reasons = result.err.split('\n').map((line) => line.replace(/^.*?:(\d+: )/, '$1'));
    expect(reasons.sort()).toEqual([
      '',
      '1: refused: there is no user nobody@example.com',
      '2: refused: algorithm is none of sha256, sha512, hmac-sha256, bcrypt, pbkdf2, argon2id, scrypt',
      '3: refused: bcrypt has a salt for each token, and personal tokens are presented without an id, so that this one could not be found: issue it anew',
      '4: refused: the key of hmac-sha256 is missing: give --key-file',
      expect.stringMatching(/^5: refused: colour is no known field: there are kind, /),
      '6 rows cannot be imported, so nothing was changed: mend them, or give --skip-invalid',
      '6: refused: id is no client id: 32 lower-case hex characters and .access',
    ]);
  });

  it('takes users, who sign in with the passwords that they had', async () => {
    const hashed = (await bcrypt.hash('the old password', 5)).replace('$2b', '$2y');
    const text = `email,name,admin,password_hash\nalice@example.com,Alice,true,${hashed}\nbob@example.com,Bob,,\n`;
    const result = await run('users', text);
    expect([result.err, result.code]).toEqual(['', 0]);
    expect(result.json()).toMatchObject({ users: { added: 2 } });
    const login = (password: string): Promise<Reply> =>
      send(server.baseUrl, 'POST', '/api/v1/users/login', {
        body: JSON.stringify({ email: 'alice@example.com', password }),
      });
    expect((await login('the old password')).json()).toMatchObject({ user: { name: 'Alice', admin: true } });
    expect((await login('another')).status).toBe(401);
    expect((await run('users', text)).json()).toMatchObject({ users: { added: 0, unchanged: 2 } });
    const broken = await run('users', `${text}carol@example.com,Carol,maybe,\n`);
    expect(broken.err).toContain(':4: refused: admin is neither true nor false');
  });
});
