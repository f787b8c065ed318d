/** The id of a request in a host: the host's own, if it has set one. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NextFunction, Request, Response } from 'express';
import { AuditRecord, DataPlaneModule, LatchkeyModule, CloudflareModule } from '../../src/index.js';
import { Connection } from '../../src/persistence/index.js';
import { Recorder } from '../support/channels.js';
import { send, type Reply } from '../support/http.js';
import { startHost, type Host } from '../support/shop.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import { IN_MEMORY, firstStart } from './support.js';

const TOKENS = `/tokens/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;

/** Where the host sets the id of a request, as the client of the test chooses. */
const NAMING: Record<string, (request: Request & { id?: unknown }, response: Response) => void> = {
  text: (request) => (request.id = 'host-7'),
  number: (request) => (request.id = 42),
  unusable: (request) => (request.id = 'not usable'),
  object: (request) => (request.id = { toString: () => 'host-7' }),
  told: (_request, response) => response.set('X-Request-Id', 'told-by-host'),
};

describe('the id of a request in a host', () => {
  let host: Host;

  beforeAll(async () => {
    const latchkey = LatchkeyModule.forRoot({ bcryptCost: 4, database: IN_MEMORY });
    const imports = [latchkey];
    const modules = [
      latchkey,
      CloudflareModule.forRoot({ path: 'tokens/client/v4', imports }),
      DataPlaneModule.forRoot({ path: 'tokens', imports }),
    ];
    host = await startHost({ imports: modules }, (app) => {
      app.use((request: Request, response: Response, next: NextFunction) => {
        NAMING[String(request.headers['x-naming'])]?.(request, response);
        next();
      });
      app.use('/own', (_request: Request, response: Response) => response.json({ own: true }));
    });
    await firstStart(host);
  });
  afterAll(() => host.close());

  const create = (headers: Record<string, string> = {}): Promise<Reply> =>
    send(host.baseUrl, 'POST', TOKENS, {
      headers: { Authorization: `Bearer ${ADMIN.token}`, ...headers },
      body: '{"name":"robot"}',
    });

  const lastRow = async (): Promise<AuditRecord | undefined> => {
    const { dataSource } = host.app.get(Connection);
    return (await dataSource.getRepository(AuditRecord).find({ order: { id: 'DESC' }, take: 1 }))[0];
  };

  it.each([
    ['text', 'host-7'],
    ['number', '42'],
    ['told', 'told-by-host'],
    ['unusable', 'by-client'],
    ['object', 'by-client'],
    ['none', 'by-client'],
  ])('comes from the host before it comes from the client: %s', async (naming, id) => {
    const reply = await create({ 'X-Naming': naming, 'X-Request-Id': 'by-client' });
    expect([reply.status, reply.headers['x-request-id']]).toEqual([201, id]);
    expect((await lastRow())?.requestId).toBe(id);
  });

  it('is in refusals that come before any route, and in the answers of /verify', async () => {
    const headers = { 'X-Request-Id': 'mine' };
    const refused = await send(host.baseUrl, 'GET', '/tokens/client/v4/%ff', { headers });
    const verified = await send(host.baseUrl, 'GET', '/tokens/verify', { headers });
    expect([refused.status, refused.headers['x-request-id']]).toEqual([404, 'mine']);
    expect([verified.status, verified.headers['x-request-id']]).toEqual([401, 'mine']);
  });

  it('is given to Latchkey’s routes only: those of the host get none, and nothing is published about them', async () => {
    const recorder = new Recorder('latchkey:request', 'latchkey:request:start');
    const own = await send(host.baseUrl, 'GET', '/own', { headers: { 'X-Request-Id': 'mine' } });
    expect([own.json(), own.headers['x-request-id']]).toEqual([{ own: true }, undefined]);
    expect(recorder.messages).toEqual([]);
    await create();
    recorder.stop();
    const route = '/tokens/client/v4/accounts/:accountId/access/service_tokens';
    expect(recorder.of('latchkey:request')).toMatchObject([{ dialect: 'cloudflare', route, status: 201 }]);
    expect(recorder.of('latchkey:request:start')).toMatchObject([{ dialect: 'cloudflare', method: 'POST' }]);
  });
});
