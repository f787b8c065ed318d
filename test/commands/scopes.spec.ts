/** Scopes of tokens in the files of `import tokens`, `apply` and `export`. */
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { latchkey, type CommandResult } from './support.js';

const plainOf = (index: number): string => String(index).padEnd(43, 'p');

let folder: string;
onBothEngines('scopes in files', (engine) => {
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'latchkey-scopes-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  let server: TestServer;
  beforeEach(async () => {
    server = await startServer(engine);
  });

  const run = (text: string, ...words: string[]): Promise<CommandResult> => {
    const file = path.join(folder, 'file');
    writeFileSync(file, text);
    return latchkey(server.database, [...words, file]);
  };
  const verify = async (index: number, query: string): Promise<number> =>
    (await send(server.baseUrl, 'GET', `/verify?${query}`, { headers: { Authorization: `Bearer ${plainOf(index)}` } }))
      .status;

  it('are imported as a list, or as a text with spaces between them', async () => {
    const common = { kind: 'personal_token', algorithm: 'sha256', user: ADMIN.email };
    const rows = [['b', 'a'], 'b a', null, ''].map((scopes, at) => ({
      ...common,
      hash: hash('sha256', plainOf(at)),
      scopes,
    }));
    const result = await run(rows.map((row) => JSON.stringify(row)).join('\n'), 'import', 'tokens');
    expect([result.err, result.code]).toEqual(['', 0]);
    for (const index of [0, 1]) {
      expect([await verify(index, 'scope=a&scope=b'), await verify(index, 'scope=c')]).toEqual([200, 403]);
    }
    for (const index of [2, 3]) expect([await verify(index, ''), await verify(index, 'scope=a')]).toEqual([200, 403]);
    const csv = [
      'kind,algorithm,hash,user,scopes',
      ['personal_token', 'sha256', hash('sha256', plainOf(4)), ADMIN.email],
    ]
      .map(String)
      .join('\n');
    expect((await run(`${csv},x y`, 'import', 'tokens')).code).toBe(0);
    expect(await verify(4, 'scope=y+x')).toBe(200);
  });

  it('that are none are named, and nothing is imported', async () => {
    const common = { kind: 'personal_token', algorithm: 'sha256', user: ADMIN.email, hash: hash('sha256', plainOf(1)) };
    for (const scopes of [[], ['a b'], 'a"', 7]) {
      const result = await run(JSON.stringify({ ...common, scopes }), 'import', 'tokens');
      expect([result.code, result.err]).toEqual([expect.any(Number), expect.stringContaining('scopes must')]);
      expect(result.code).not.toBe(0);
    }
    expect(await verify(1, '')).toBe(401);
  });

  it('are declared, changed, left alone, exported and taken away', async () => {
    const state = (scopes: string): string => `
tokens:
  - kind: personal_token
    id: laptop
    user: ${ADMIN.email}
    algorithm: sha256
    hash: ${hash('sha256', plainOf(1))}
${scopes}`;
    const apply = async (scopes: string): Promise<string> => {
      const result = await run(state(scopes), 'apply', '--yes');
      expect([result.err, result.code]).toEqual(['', 0]);
      return result.out;
    };
    await apply('    scopes: [deploy, read]');
    expect([await verify(1, 'scope=deploy'), await verify(1, 'scope=x')]).toEqual([200, 403]);
    const exported = (await latchkey(server.database, ['export'])).out;
    expect(exported).toMatch(/id: laptop[^]*scopes:\s+- deploy\s+- read/);
    expect(await apply('    scopes: [read, deploy]')).not.toContain('~');
    expect(await apply('')).not.toContain('~');
    expect(await apply('    scopes: [x]')).toMatch(/~ token .*scopes/);
    expect([await verify(1, 'scope=deploy'), await verify(1, 'scope=x')]).toEqual([403, 200]);
    await apply('    scopes: null');
    expect([await verify(1, ''), await verify(1, 'scope=x')]).toEqual([200, 403]);
    const refused = await run(state('    scopes: []'), 'apply', '--yes');
    expect([refused.code === 0, refused.err]).toEqual([false, expect.stringContaining('scopes')]);
  });
});
