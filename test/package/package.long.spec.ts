import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { ROOT, blocks, pageText } from '../docs/pages.js';
import { send } from '../support/http.js';
import { startProcess } from '../support/process.js';
import { installPackage, type InstalledPackage } from './installed.js';

describe('the package, installed into an empty folder', () => {
  let installed: InstalledPackage;

  beforeAll(() => {
    installed = installPackage();
  }, 300_000);
  afterAll(() => {
    installed.remove();
  });

  const write = (name: string, text: string): string => {
    const file = path.join(installed.folder, name);
    writeFileSync(file, text);
    return file;
  };

  const run = (name: string, text: string): string =>
    execFileSync(process.execPath, [write(name, text)], { cwd: installed.folder, encoding: 'utf8' });

  it('contains what is needed and nothing else', () => {
    const others = installed.files.filter((name) => !/^dist\/(.+\.(js|d\.ts)$|console\/app\/)/.test(name));
    expect(others).toContain('dist/cjs/package.json');
    // From which servers for tests begin.
    for (const name of ['dist/prepared-schema.json', 'dist/cjs/prepared-schema.json']) expect(others).toContain(name);
    const built = /^(docs|examples|bench\/results|dist\/(cjs\/)?(package|prepared-schema)\.json)/;
    const pages = others.filter((name) => !built.test(name));
    const atTheTop = ['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json'];
    expect(pages.sort()).toEqual([...atTheTop, 'bench/README.md'].sort());
    expect(others.filter((name) => /(^|\/)(node_modules|secrets)\//.test(name))).toEqual([]);
    for (const entry of ['dist/index.js', 'dist/index.d.ts', 'dist/main.js', 'dist/foundation.js']) {
      expect(installed.files).toContain(entry);
    }
  });

  it('contains the console as it was built, with the files that its page names', () => {
    const page = readFileSync(path.join(installed.folder, 'node_modules/latchkey/dist/console/app/index.html'), 'utf8');
    const named = [...page.matchAll(/(?:href|src)="\.\/([^"]+)"/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(2);
    for (const name of named) expect(installed.files).toContain(`dist/console/app/${name}`);
    for (const name of Object.keys(installed.manifest.dependencies)) expect(name).not.toMatch(/react|vite|tanstack/);
  });

  it('contains what the README links to', () => {
    const targets = [...pageText('README.md').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target);
    expect(targets.length).toBeGreaterThan(10);
    const isThere = (target: string): boolean =>
      installed.files.some((name) => name === target || name.startsWith(`${target.replace(/\/$/, '')}/`));
    expect(targets.filter((target) => !isThere(target))).toEqual([]);
  });

  it('contains no file without a source, and refers to no source maps', () => {
    // What is below `dist/console/app` is made of many sources.
    const programs = installed.files.filter((name) => /^dist\/(?!console\/app\/).+\.js$/.test(name));
    const source = (name: string): string => path.join(ROOT, name.replace(/^dist(\/cjs)?/, 'src').replace(/js$/, 'ts'));
    expect(programs.filter((name) => !existsSync(source(name)))).toEqual([]);
    const home = path.join(installed.folder, 'node_modules/latchkey');
    const mapped = programs.filter((name) => readFileSync(path.join(home, name), 'utf8').includes('sourceMappingURL'));
    expect(mapped).toEqual([]);
  });

  it('shares Nest, TypeORM and the drivers with its host', () => {
    const peers = Object.keys(installed.manifest.peerDependencies);
    for (const name of ['@nestjs/common', '@nestjs/core', 'typeorm', '@nestjs/typeorm', 'better-sqlite3', 'pg']) {
      expect(peers).toContain(name);
      expect(Object.keys(installed.manifest.dependencies)).not.toContain(name);
    }
  });

  it('runs as a server by "npx latchkey"', async () => {
    const command = path.join(installed.folder, 'node_modules/.bin/latchkey');
    // As npm does for what a package names in `bin`.
    chmodSync(command, statSync(command).mode | 0o111);
    const server = await startProcess({ DATABASE_URL: 'sqlite::memory:' }, { command, cwd: installed.folder });
    expect(server.stdout()).toContain('Create a service token');
    expect((await send(server.baseUrl, 'GET', '/health/ready')).json()).toEqual({ status: 'ok' });
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it('shows its version and settings by --version and --help', () => {
    const command = path.join(installed.folder, 'node_modules/latchkey/dist/main.js');
    const version = execFileSync(process.execPath, [command, '--version'], { encoding: 'utf8' });
    expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = execFileSync(process.execPath, [command, '--help'], { encoding: 'utf8' });
    expect(help).toContain('DATABASE_URL');
  });

  it('can be embedded with one dialect, and loads nothing of the others', () => {
    const printed = run(
      'host.mjs',
      `import 'reflect-metadata';
       import { Module } from '@nestjs/common';
       import { NestFactory } from '@nestjs/core';
       import { CloudflareModule } from 'latchkey/cloudflare';
       import { LatchkeyModule } from 'latchkey/foundation';
       const latchkey = LatchkeyModule.forRoot({ database: { engine: 'sqlite', path: ':memory:' }, bcryptCost: 4 });
       class Host {}
       Module({ imports: [latchkey, CloudflareModule.forRoot({ imports: [latchkey] })] })(Host);
       const app = await NestFactory.create(Host, { logger: false });
       await app.listen(0, '127.0.0.1');
       const url = await app.getUrl();
       const routes = [];
       for (const path of ['/client/v4/accounts', '/api/v1/server-info', '/crmapi/rest/v2/x', '/verify']) {
         routes.push((await fetch(url + path)).status);
       }
       console.log(JSON.stringify(routes));
       await app.close();`,
    );
    // Cloudflare's own 400 for a caller without credentials, and the host's 404 for the rest.
    expect(JSON.parse(printed)).toEqual([400, 404, 404, 404]);
  });

  it('can be embedded as the README says', () => {
    const [program = ''] = blocks('README.md', 'ts');
    const driven = program.replace('app.listen(3000)', "app.listen(0, '127.0.0.1')").concat(`
      const url = await app.getUrl();
      const statuses = [];
      for (const path of ['/orders', '/tokens/verify', '/tokens/v4/accounts']) statuses.push((await fetch(url + path)).status);
      const issued = await fetch(\`\${url}/tokens/v4/accounts/\${first.accountId}/access/service_tokens\`, {
        method: 'POST',
        headers: { Authorization: \`Bearer \${first.token.reveal()}\` },
        body: JSON.stringify({ name: 'CI' }),
      });
      const { client_id: id, client_secret: secret } = (await issued.json()).result;
      const orders = await fetch(url + '/orders', { headers: { 'CF-Access-Client-Id': id, 'CF-Access-Client-Secret': secret } });
      statuses.push(issued.status, orders.status, await orders.json());
      console.log(JSON.stringify(statuses));
      await app.close();`);
    const { outputText } = ts.transpileModule(driven, {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2022,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
      },
    });
    const printed = run('readme.mjs', outputText).trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(printed)).toEqual([401, 401, 400, 201, 200, ['for CI']]);
  });

  it('builds and runs the example, copied out of the repository', async () => {
    const command = installed.buildExample();
    const database = path.join(installed.folder, 'shop.sqlite');
    const shop = await startProcess(
      { SHOP_DATABASE: database },
      { command, cwd: path.dirname(command), ready: /open: (http:\/\/[^\s/]+)\/shop\/orders/ },
    );
    try {
      expect((await send(shop.baseUrl, 'GET', '/shop/orders')).status).toBe(401);
    } finally {
      await shop.stop();
    }
  }, 120_000);

  it('has types that a strict host compiles against', () => {
    const file = write(
      'host.ts',
      `import { LatchkeyModule, UserDirectory, type DirectoryUser, type Verdict } from 'latchkey';
       import { ServiceTokenGuard } from 'latchkey/data-plane';
       export class Directory extends UserDirectory {
         find(): Promise<DirectoryUser | null> { return Promise.resolve(null); }
         findByEmail(): Promise<DirectoryUser | null> { return Promise.resolve(null); }
       }
       export const module = LatchkeyModule.forRootAsync({ useFactory: () => ({ leaseSeconds: 3 }) });
       export const status: Verdict['status'] = 'valid';
       export const guard = ServiceTokenGuard;`,
    );
    const program = ts.createProgram([file], {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      types: [],
    });
    const faults = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(faults).toEqual([]);
  });
});
