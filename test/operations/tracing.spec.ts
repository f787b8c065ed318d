/** Spans: a request, its units of work and their statements are one trace, which holds no values. */
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DomainError, SYSTEM, tracing, lookForTracer } from '../../src/core/index.js';
import { onBothEngines } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { servicesOf } from '../support/services.js';
import { SpanRecorder, type RecordedSpan } from '../support/spans.js';
import { ACCOUNT, ADMIN, startInMount, type TestServer } from '../support/test-server.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const AS_ADMIN = { 'Private-Token': ADMIN.token };
const TOKENS = '/api/v1/users/1000/access-tokens';
const TOKENS_ROUTE = '/api/v1/users/:id/access-tokens';
const SERVICE_TOKENS = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;

onBothEngines('tracing', (engine) => {
  let server: TestServer;
  let recorder: SpanRecorder;

  beforeAll(async () => {
    recorder = new SpanRecorder();
    server = await startInMount(engine);
  });
  beforeEach(() => {
    recorder.clear();
  });
  afterAll(async () => {
    await server.close();
    recorder.stop();
    lookForTracer();
  });

  const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Reply> =>
    send(server.baseUrl, method, path, { headers, ...(body !== undefined && { body: JSON.stringify(body) }) });

  /** The span of the only request, once it has ended. */
  async function requestSpan(): Promise<RecordedSpan> {
    for (;;) {
      const [span] = recorder.spans.filter(({ attributes }) => 'http.request.method' in attributes);
      if (span?.isEnded) return span;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('has a unit of work within its request, and statements within the unit of work', async () => {
    const reply = await ask('POST', TOKENS, AS_ADMIN, { description: 'traced' });
    expect(reply.status).toBe(200);
    const request = await requestSpan();
    expect(request).toMatchObject({ name: `POST ${server.basePath}${TOKENS_ROUTE}`, kind: SpanKind.SERVER });
    expect(request.parent).toBeUndefined();
    expect(request.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': `${server.basePath}${TOKENS_ROUTE}`,
      'http.response.status_code': 200,
      'latchkey.dialect': 'canvus',
      'latchkey.request_id': reply.headers['x-request-id'],
    });
    const [unit, ...others] = recorder.childrenOf(request).filter(({ name }) => name === 'unit of work');
    expect(others).toEqual([]);
    expect(unit).toMatchObject({
      events: ['committed'],
      attributes: { 'latchkey.outcome': 'committed', 'latchkey.changes': ['token.issued'] },
    });
    const statements = unit ? recorder.childrenOf(unit) : [];
    const insert = statements.find(({ name }) => name === 'INSERT latchkey_token');
    expect(insert).toMatchObject({ kind: SpanKind.CLIENT, startTime: expect.any(Number) as unknown });
    expect(insert?.attributes).toMatchObject({
      'db.system.name': engine === 'postgres' ? 'postgresql' : 'sqlite',
      'db.operation.name': 'INSERT',
      'db.collection.name': 'latchkey_token',
    });
    expect(statements.map(({ name }) => name)).toContain('COMMIT');
    expect(recorder.spans.every(({ isEnded }) => isEnded)).toBe(true);
    expect(insert?.spanContext().traceId).toBe(request.spanContext().traceId);
  });

  it('goes on with the trace of the caller', async () => {
    await ask('GET', TOKENS, { ...AS_ADMIN, traceparent: `00-${TRACE_ID}-${CALLER}-01` });
    const request = await requestSpan();
    expect(request.parent).toMatchObject({ traceId: TRACE_ID, spanId: CALLER, traceFlags: 1, isRemote: true });
    expect(recorder.spans.length).toBeGreaterThan(1);
  });

  it.each(['', 'nonsense', `00-${'0'.repeat(32)}-${CALLER}-01`, `ff-${TRACE_ID}-${CALLER}-01`])(
    'begins a trace of its own when the header is not valid: %s',
    async (traceparent) => {
      await ask('GET', TOKENS, { ...AS_ADMIN, traceparent });
      expect((await requestSpan()).parent).toBeUndefined();
    },
  );

  it('has the look-up of a token, the first time, within the request to /verify', async () => {
    const created = await ask(
      'POST',
      SERVICE_TOKENS,
      { Authorization: `Bearer ${ADMIN.token}` },
      { name: 'looked up' },
    );
    const { client_id: id, client_secret: secret } = created.json<{ result: Record<string, string> }>().result;
    const headers = { 'CF-Access-Client-Id': id ?? '', 'CF-Access-Client-Secret': secret ?? '' };
    for (const lookUps of [1, 0]) {
      recorder.clear();
      expect((await ask('GET', '/verify?kind=service_token', headers)).status).toBe(200);
      const request = await requestSpan();
      expect(request).toMatchObject({ name: 'GET /verify', attributes: { 'latchkey.dialect': 'verify' } });
      expect(recorder.childrenOf(request).filter(({ name }) => name === 'SELECT latchkey_token')).toHaveLength(lookUps);
    }
  });

  it('shows no secret, no name and no other value, and no path', async () => {
    const name = 'a name that nobody else has zq8472';
    const created = await ask('POST', TOKENS, AS_ADMIN, { description: name });
    const { plain_token: secret } = created.json<{ plain_token: string }>();
    await ask('POST', '/api/v1/users/login', {}, { email: ADMIN.email, password: ADMIN.password });
    await ask('GET', `/verify/only/token=zq8472?private_token=${secret}`, { 'Private-Token': secret });
    const shown = JSON.stringify(recorder.spans);
    for (const value of [ADMIN.token, ADMIN.email, ADMIN.password, secret, name, 'zq8472', 'private_token=']) {
      expect(shown.includes(value)).toBe(false);
    }
    const texts = recorder.spans
      .map(({ attributes }) => attributes['db.query.text'])
      .filter((text) => text !== undefined);
    expect(texts.length).toBeGreaterThan(5);
    for (const text of texts) expect(text).not.toMatch(/'[^']|(?<![\w$"])\d/);
  });

  describe('of what fails', () => {
    const write = (error: Error): Promise<unknown> =>
      servicesOf(server)
        .unitOfWork.write(SYSTEM, () => Promise.reject(error))
        .catch(() => undefined);

    it('marks a unit of work that ends with a fault, without its message', async () => {
      await write(new TypeError('with the secret xyz'));
      const [unit] = recorder.named('unit of work');
      expect(unit).toMatchObject({
        status: { code: SpanStatusCode.ERROR },
        attributes: { 'latchkey.outcome': 'rolled_back', 'error.type': 'TypeError' },
      });
      expect(JSON.stringify(recorder.spans)).not.toContain('xyz');
    });

    it('has the reason of a refusal, which is no fault', async () => {
      await write(new DomainError('token_not_found', 'no such thing'));
      const [unit] = recorder.named('unit of work');
      expect(unit?.status).toBeUndefined();
      expect(unit?.attributes).toMatchObject({ 'error.type': 'token_not_found' });
    });

    it('marks a statement that the database refuses, by its code', async () => {
      await servicesOf(server)
        .unitOfWork.write(SYSTEM, ({ manager }) => manager.query('SELECT * FROM latchkey_nothing WHERE a = 7'))
        .catch(() => undefined);
      const [statement] = recorder.named('SELECT latchkey_nothing');
      expect(statement).toMatchObject({
        status: { code: SpanStatusCode.ERROR },
        attributes: {
          'error.type': engine === 'postgres' ? '42P01' : 'SQLITE_ERROR',
          'db.query.text': 'SELECT * FROM latchkey_nothing WHERE a = ?',
        },
      });
    });

    it('has the status of a request that was refused', async () => {
      await ask('GET', TOKENS);
      const { attributes, status } = await requestSpan();
      expect([attributes['http.response.status_code'], status]).toEqual([401, undefined]);
    });
  });

  it('leaves statements alone that belong to no request or unit of work', async () => {
    await server.dataSource.query('SELECT 1');
    expect(recorder.spans).toEqual([]);
  });
});

describe('without an SDK', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startInMount('sqlite');
  });
  afterEach(() => server.close());

  it('makes no span, and listens to no statement', () => {
    expect(tracing.isOn).toBe(false);
    expect(server.dataSource.subscribers).toEqual([]);
  });
});
