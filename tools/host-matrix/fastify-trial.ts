/** Uses a built host on Fastify: the remote guard against a Latchkey elsewhere, and guards in process. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../test/support/free-port.js';
import { Program } from '../../test/support/program.js';
import { listening, statusOf, type Headers } from './trial.js';

const run = promisify(execFile);

const START_TIMEOUT_MS = 60_000;

const SEED = JSON.stringify({ serviceTokens: [{ name: 'robot' }] });

interface Shown {
  readonly base_url: string;
  readonly tokens: readonly { readonly headers: Headers }[];
}

/** @param folder - of a host that has been built */
export async function tryFastify(folder: string): Promise<void> {
  await tryInProcess(folder);
  const latchkey = await startLatchkey(folder);
  try {
    await tryRemote(folder, latchkey);
  } finally {
    latchkey.program.kill('SIGKILL');
  }
}

async function startLatchkey(folder: string): Promise<{ program: Program; url: string; robot: Headers }> {
  const seed = path.join(folder, 'seed.json');
  writeFileSync(seed, SEED);
  const args = ['node_modules/latchkey/dist/main.js', 'dev', '--seed', seed, '--port', '0', '--json'];
  const program = new Program(process.execPath, { args, cwd: folder });
  await program.until(() => program.stdout.endsWith('}\n'), START_TIMEOUT_MS);
  const { base_url: url, tokens } = JSON.parse(program.stdout) as Shown;
  return { program, url, robot: tokens[0]?.headers ?? {} };
}

async function tryRemote(folder: string, latchkey: Awaited<ReturnType<typeof startLatchkey>>): Promise<void> {
  const port = await freePort();
  const env = { PORT: String(port), LATCHKEY_URL: latchkey.url, NO_COLOR: '1' };
  const host = new Program(process.execPath, { args: ['dist/main.js'], cwd: folder, env });
  try {
    const orders = `http://127.0.0.1:${String(port)}/orders`;
    await listening(orders);
    assert.equal(await statusOf(orders), 401, 'a guarded route without a token');
    assert.equal(await statusOf(orders, latchkey.robot), 200, 'a guarded route with a token');
    latchkey.program.kill('SIGKILL');
    await latchkey.program.exited;
    assert.equal(await statusOf(orders, { Authorization: 'Bearer other' }), 503, 'without a server that decides');
    assert.deepEqual(await host.stop(), { code: null, signal: 'SIGTERM' }, 'the end after SIGTERM');
  } catch (error) {
    throw new Error(`${host.stdout}\n${host.stderr}`, { cause: error });
  } finally {
    host.kill('SIGKILL');
  }
}

/** The guards in process need no route of Latchkey, and no Express. */
async function tryInProcess(folder: string): Promise<void> {
  const file = path.join(folder, 'in-process.mjs');
  writeFileSync(
    file,
    `import 'reflect-metadata';
     import { Controller, Get, Module, Req, UseGuards } from '@nestjs/common';
     import { NestFactory } from '@nestjs/core';
     import { FastifyAdapter } from '@nestjs/platform-fastify';
     import { LatchkeyGuardsModule, TokenGuard, principalOf } from 'latchkey/data-plane';
     import { Bootstrap, LatchkeyModule } from 'latchkey/foundation';
     const latchkey = LatchkeyModule.forRoot({ database: { engine: 'sqlite', path: ':memory:' }, bcryptCost: 4 });
     class Orders { list(request) { return [principalOf(request)?.token.kind, request.latchkey === principalOf(request)]; } }
     Controller('orders')(Orders);
     UseGuards(TokenGuard)(Orders);
     Get()(Orders.prototype, 'list', Object.getOwnPropertyDescriptor(Orders.prototype, 'list'));
     Req()(Orders.prototype, 'list', 0);
     class Host {}
     Module({ imports: [latchkey, LatchkeyGuardsModule.forRoot({ imports: [latchkey] })], controllers: [Orders] })(Host);
     const app = await NestFactory.create(Host, new FastifyAdapter(), { logger: ['error'] });
     await app.listen(0, '127.0.0.1');
     const url = await app.getUrl();
     const first = await app.get(Bootstrap).run({});
     const ask = (headers) => fetch(url + '/orders', { headers });
     const refused = await ask({});
     const admitted = await ask({ 'Private-Token': first.token.reveal() });
     console.log(JSON.stringify([refused.status, refused.headers.get('www-authenticate'), admitted.status, await admitted.json()]));
     await app.close();`,
  );
  const { stdout } = await run(process.execPath, [file], { cwd: folder });
  const seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as unknown;
  const expected = [401, 'Bearer realm="latchkey"', 200, ['personal_token', true]];
  assert.deepEqual(seen, expected, 'guards in process, on Fastify');
}
