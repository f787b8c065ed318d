/** A client that is generated from each document compiles, and drives the server. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import ts from 'typescript';
import { loadNamedDocuments } from '../support/documented.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';

// The compiler reads the types of all documents.
jest.setTimeout(120_000);

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The generator as its users call it. */
const GENERATOR = path.resolve(import.meta.dirname, '../../node_modules/openapi-typescript/bin/cli.js');

/** Without it, the generator takes members of a request that have a default as required. */
const FLAGS = ['--default-non-nullable=false'];

/** A program of a client, by the document: one call, of which it returns something. */
const PROGRAMS: Readonly<Record<string, string>> = {
  cloudflare: `
    const { data } = await client.POST('/client/v4/accounts/{accountId}/access/service_tokens', {
      params: { path: { accountId } }, body: { name: 'Generated' }, headers: { Authorization: 'Bearer ' + token },
    });
    return data?.result.name;`,
  crm: `
    const { data } = await client.POST('/crmapi/rest/v2/authentication/token', {
      body: { username: email, password, organisation: accountId },
    });
    return data && 'token' in data.data ? data.status.code : undefined;`,
  canvus: `
    const { data } = await client.PATCH('/api/v1/server-config', {
      body: { server_name: 'Generated' }, headers: { 'Private-Token': token },
    });
    return data?.server_name;`,
  latchkey: `
    const { data } = await client.GET('/latchkey/v1/me', { headers: { Authorization: 'Bearer ' + token } });
    return data?.user.email;`,
  'data-plane': `
    const { data } = await client.POST('/oauth2/introspect', {
      body: { token },
      headers: { Authorization: 'Bearer ' + token, 'Content-Type': 'application/x-www-form-urlencoded' },
      bodySerializer: (body: object) => new URLSearchParams(body as Record<string, string>),
    });
    return data && 'active' in data ? String(data.active) : undefined;`,
};

const EXPECTED: Readonly<Record<string, string>> = {
  cloudflare: 'Generated',
  crm: 'OK',
  canvus: 'Generated',
  latchkey: ADMIN.email,
  'data-plane': 'true',
};

interface Access {
  readonly baseUrl: string;
  readonly token: string;
  readonly accountId: string;
  readonly email: string;
  readonly password: string;
}

describe('a generated client', () => {
  // Below the root, so that its imports are found.
  const cache = path.join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'generated-'));
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer('sqlite');
    for (const [name, document] of Object.entries(await loadNamedDocuments())) {
      const source = path.join(folder, `${name}.json`);
      writeFileSync(source, JSON.stringify(document));
      const made = spawnSync(process.execPath, [
        GENERATOR,
        source,
        ...FLAGS,
        '-o',
        path.join(folder, `${name}.types.ts`),
      ]);
      expect([name, made.status, String(made.stderr)]).toEqual([name, 0, expect.any(String)]);
      writeFileSync(
        path.join(folder, `${name}.mts`),
        `import createClient from 'openapi-fetch';
import type { paths } from './${name}.types.js';

export async function call({ baseUrl, token, accountId, email, password }: Record<string, string>): Promise<unknown> {
  const client = createClient<paths>({ baseUrl });
  void [token, accountId, email, password];
  ${PROGRAMS[name] ?? ''}
}
`.replaceAll(
          'Record<string, string>)',
          '{ baseUrl: string; token: string; accountId: string; email: string; password: string })',
        ),
      );
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    return server.close();
  });

  it('compiles in strict mode, from every document', async () => {
    const names = Object.keys(await loadNamedDocuments());
    expect(names.sort()).toEqual(Object.keys(PROGRAMS).sort());
    const program = ts.createProgram(
      names.map((name) => path.join(folder, `${name}.mts`)),
      {
        strict: true,
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
        types: [],
        outDir: folder,
        skipLibCheck: true,
      },
    );
    const faults = ts.getPreEmitDiagnostics(program).map(({ messageText, file }) => {
      return `${path.basename(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
    expect(faults).toEqual([]);
    program.emit();
  });

  it.each(Object.keys(PROGRAMS))('of %s makes a call', async (name) => {
    const { call } = (await import(path.join(folder, `${name}.mjs`))) as { call: (access: Access) => Promise<unknown> };
    const { baseUrl } = server;
    const result = await call({
      baseUrl,
      token: ADMIN.token,
      accountId: ACCOUNT.id,
      email: ADMIN.email,
      password: ADMIN.password,
    });
    expect(result).toBe(EXPECTED[name]);
  });
});
