/** Requests that a web page of another site makes a browser send: refused by every route that changes something. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Application } from 'express';
import { routesOf } from '../../src/http/index.js';
import { onBothEngines } from '../support/engines.js';
import { send, type Call, type Reply } from '../support/http.js';
import { stored } from '../support/stored.js';
import { ADMIN, startInMount, startServer, type TestServer } from '../support/test-server.js';

const READS = new Set(['GET', 'HEAD']);
const MESSAGE = /^a web page of another site .* \(Sec-Fetch-Site: (cross|same)-site\).*BROWSER_WRITES_FROM$/;

/** Where each API has its message, and what stands around it. */
const FORMS: [prefix: string, message: (reply: Reply) => unknown][] = [
  ['/api/v1', (reply) => reply.json<{ msg: string }>().msg],
  ['/client/v4', (reply) => reply.json<{ errors: { message: string }[] }>().errors[0]?.message],
  ['/crmapi/rest/v2', (reply) => reply.json<{ status: { description: string } }>().status.description],
  ['/oauth2', (reply) => reply.json<{ error_description: string }>().error_description],
];

const page = (relation: string | string[]): Record<string, string | string[]> => ({
  'Sec-Fetch-Site': relation,
  'Sec-Fetch-Mode': 'no-cors',
  'Content-Type': 'text/plain',
  'Private-Token': ADMIN.token,
  Authorization: `Bearer ${ADMIN.token}`,
});

/** The message of a refusal, or the status of any other answer. */
function refusalOf(target: string, reply: Reply): unknown {
  if (reply.status !== 403 || !reply.text.includes('Sec-Fetch-Site')) return reply.status;
  return FORMS.find(([prefix]) => target.startsWith(prefix))?.[1](reply);
}

/** The routes of Latchkey that are called with one of some methods, with ids that exist nowhere. */
function routes(server: TestServer, isWanted: (method: string) => boolean): [method: string, target: string][] {
  const express = server.app.getHttpAdapter().getInstance() as Application;
  return routesOf(express)
    .filter(({ method, path }) => isWanted(method) && path.startsWith(server.basePath))
    .map(({ method, path }) => [method, path.slice(server.basePath.length).replace(/:\w+/g, '9')])
    .filter((route): route is [string, string] => FORMS.some(([prefix]) => String(route[1]).startsWith(prefix)));
}

onBothEngines('a request from a page of another site', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startInMount(engine, { LOGIN_FAILURES_PER_ACCOUNT: '1' });
  });
  afterAll(() => server.close());

  const ask = (method: string, target: string, call: Call): Promise<Reply> =>
    send(server.baseUrl, method, target, call);

  it('is refused by every route that changes something, with the reason in its own form, and changes nothing', async () => {
    const writes = routes(server, (method) => !READS.has(method));
    expect(writes.length).toBeGreaterThan(35);
    for (const [prefix] of FORMS) expect(writes.some(([, target]) => target.startsWith(prefix))).toBe(true);
    const before = await stored(server);
    for (const [method, target] of writes) {
      const reply = await ask(method, target, { headers: page('cross-site'), body: '{}' });
      expect([method, target, refusalOf(target, reply)]).toEqual([method, target, expect.stringMatching(MESSAGE)]);
      expect(reply.headers['cache-control']).toBe('no-store');
    }
    expect(await stored(server)).toEqual(before);
  });

  it.each(['same-origin', 'none', 'same-site', 'made-up', ''])('is not one of another site: "%s"', async (relation) => {
    for (const [method, target] of routes(server, (one) => !READS.has(one))) {
      const reply = await ask(method, target, { headers: { ...page(relation), Authorization: undefined } });
      expect([method, target, refusalOf(target, reply)]).toEqual([method, target, expect.any(Number)]);
    }
  });

  it('is answered where it only reads, and by /verify, which gets the headers of other requests', async () => {
    for (const [method, target] of routes(server, (one) => READS.has(one))) {
      const reply = await ask(method, target, { headers: page('cross-site') });
      expect([target, refusalOf(target, reply)]).toEqual([target, expect.any(Number)]);
    }
    for (const method of ['GET', 'POST']) {
      expect((await ask(method, '/verify', { headers: { 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(401);
      const headers = { 'Sec-Fetch-Site': 'cross-site', Authorization: `Bearer ${ADMIN.token}` };
      expect((await ask(method, '/verify', { headers })).status).toBe(200);
    }
  });

  it.each<[what: string, relation: string | string[]]>([
    ['in capitals', 'Cross-Site'],
    ['in one of two headers', ['same-origin', 'cross-site']],
    ['in a list', 'none, cross-site'],
  ])('is recognised %s', async (_what, relation) => {
    const reply = await ask('POST', '/api/v1/users/login', { headers: page(relation), body: '{}' });
    expect(reply.status).toBe(403);
  });

  it('is refused for a path that has no route, and with a body that is not read', async () => {
    const body = 'x'.repeat(100_000);
    for (const target of ['/api/v1/nothing', '/api/v1/users/login', '/crmapi/rest/v2/authentication/token']) {
      const reply = await ask('POST', target, { headers: page('cross-site'), body });
      expect([target, refusalOf(target, reply)]).toEqual([target, expect.stringMatching(MESSAGE)]);
    }
  });

  it('counts as no failed login', async () => {
    const wrong = JSON.stringify({ email: ADMIN.email, password: 'a guess' });
    for (let guess = 0; guess < 5; guess += 1) {
      const { status } = await ask('POST', '/api/v1/users/login', { headers: page('cross-site'), body: wrong });
      expect(status).toBe(403);
    }
    const right = JSON.stringify({ email: ADMIN.email, password: ADMIN.password });
    expect((await ask('POST', '/api/v1/users/login', { body: right })).status).toBe(200);
  });

  if (engine === 'postgres') {
    it('to a route of the host is the host’s', async () => {
      const host = server.baseUrl.replace(/\/tokens$/, '');
      const headers = { 'Sec-Fetch-Site': 'cross-site', 'Content-Type': 'application/json' };
      expect((await send(host, 'POST', '/v1/articles', { headers, body: '{"name":"chair"}' })).status).toBe(201);
    });
  }
});

describe('BROWSER_WRITES_FROM', () => {
  const login = async (setting: string, relation: string): Promise<number> => {
    const server = await startServer('sqlite', { BROWSER_WRITES_FROM: setting });
    const body = JSON.stringify({ email: ADMIN.email, password: ADMIN.password });
    const { status } = await send(server.baseUrl, 'POST', '/api/v1/users/login', {
      headers: { 'Sec-Fetch-Site': relation },
      body,
    });
    await server.close();
    return status;
  };

  it.each([
    ['any', 'cross-site', 200],
    ['same-site', 'same-site', 200],
    ['same-origin', 'same-site', 403],
    ['same-origin', 'cross-site', 403],
    ['same-origin', 'same-origin', 200],
  ])('%s answers a page that is %s with %d', async (setting, relation, status) => {
    expect(await login(setting, relation)).toBe(status);
  });
});
