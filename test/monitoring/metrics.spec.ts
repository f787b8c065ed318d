/** What `GET /metrics` shows, and to whom. */
import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SYSTEM } from '../../src/core/index.js';
import { PersonalToken } from '../../src/identity/index.js';
import { databaseErrorChannel } from '../../src/persistence/index.js';
import { withBinary } from '../support/binaries.js';
import { onBothEngines } from '../support/engines.js';
import { send, type Call, type Reply } from '../support/http.js';
import { openStream } from '../support/line-stream.js';
import { issueToken, servicesOf } from '../support/services.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { Samples, metricsOf } from './samples.js';

const AS_ADMIN = { Authorization: `Bearer ${ADMIN.token}`, 'Private-Token': ADMIN.token };
const LOGIN = '/api/v1/users/login';
const DAY_MS = 86_400_000;

/** Counts are made anew for every reader. */
const FRESH = { METRICS_COUNT_SECONDS: '1', LOGIN_FAILURES_PER_ACCOUNT: '2' };

onBothEngines('the metrics', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine, FRESH);
  });
  afterAll(() => server.close());

  const ask = (method: string, path: string, call: Call = {}): Promise<Reply> =>
    send(server.baseUrl, method, path, call);
  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
    ask('POST', path, { headers, body: JSON.stringify(body) });

  /** How much a sum has grown while something was done. */
  async function growth(
    work: () => Promise<unknown>,
  ): Promise<(name: string, labels?: Record<string, string>) => number> {
    const before = await Samples.of(server);
    await work();
    const after = await Samples.of(server);
    return (name, labels) => after.sum(name, labels) - before.sum(name, labels);
  }

  it('are in the text format of Prometheus, and never kept', async () => {
    const { status, headers, text } = await metricsOf(server);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    expect(text).toMatch(new RegExp(`^latchkey_build_info\\{version="[^"]+",engine="${engine}"\\} 1$`, 'm'));
  });

  it('are for administrators of the server only', async () => {
    const services = servicesOf(server);
    const user = await services.users.create(SYSTEM, { email: 'u@example.com', name: 'U' });
    const { secret } = await issueToken(services, { userId: user.id });
    const refused = async (headers: Record<string, string>): Promise<unknown[]> => {
      const reply = await ask('GET', '/metrics', { headers });
      return [reply.status, reply.headers['www-authenticate'], reply.json<{ msg: string }>().msg];
    };
    const bearer = 'Bearer realm="latchkey"';
    expect(await refused({})).toEqual([401, bearer, expect.stringContaining('access token of an administrator')]);
    expect((await refused({ 'Private-Token': ADMIN.token }))[0]).toBe(401);
    expect(await refused({ Authorization: `Bearer ${'x'.repeat(43)}` })).toEqual([
      401,
      bearer,
      'the token is not accepted',
    ]);
    expect(await refused({ Authorization: `Bearer ${secret.reveal()}` })).toEqual([
      403,
      undefined,
      'only administrators of the server may read metrics',
    ]);
  });

  it('count verifications by outcome and kind, and what the cache had', async () => {
    const { secret } = await issueToken(servicesOf(server));
    const headers = { 'Private-Token': secret.reveal() };
    const by = await growth(async () => {
      for (let n = 0; n < 40; n += 1) await ask('GET', '/verify', { headers });
      await ask('GET', '/verify', { headers: { 'Private-Token': 'x'.repeat(43) } });
    });
    const valid = { outcome: 'valid', kind: 'personal_token', secret: 'current' };
    // The reader of the metrics is verified as well.
    expect(by('latchkey_verifications_total', valid)).toBe(41);
    expect(by('latchkey_verifications_total', { ...valid, source: 'database' })).toBe(1);
    expect(by('latchkey_verifications_total', { outcome: 'unknown' })).toBe(1);
    expect(by('latchkey_credential_cache_hits_total')).toBe(40);
    expect(by('latchkey_credential_cache_misses_total')).toBe(2);
    expect(by('latchkey_http_requests_total', { dialect: 'verify', status: '200' })).toBe(40);
    expect(by('latchkey_http_requests_total', { dialect: 'verify', status: '401' })).toBe(1);
    // One in 16 is timed.
    expect(by('latchkey_verify_duration_seconds_count')).toBeGreaterThanOrEqual(2);
    expect(by('latchkey_verification_duration_seconds_count')).toBeGreaterThanOrEqual(2);
    expect(by('latchkey_verification_duration_seconds_bucket', { le: '+Inf' })).toBe(
      by('latchkey_verification_duration_seconds_count'),
    );
  });

  it('count requests by dialect, route, method and status, and never by what a client may choose', async () => {
    const operation = { dialect: 'canvus', method: 'GET', route: '/api/v1/users' };
    const by = await growth(async () => {
      await ask('GET', '/api/v1/users', { headers: AS_ADMIN });
      await ask('GET', '/api/v1/users');
      for (let n = 0; n < 5; n += 1) await ask('GET', `/api/v1/${randomUUID()}`);
      await ask('PROPFIND', '/api/v1/users');
      await ask('LOCK', '/api/v1/users');
    });
    expect(by('latchkey_http_requests_total', { ...operation, status: '200' })).toBe(1);
    expect(by('latchkey_http_requests_total', { ...operation, status: '401' })).toBe(1);
    expect(by('latchkey_http_request_duration_seconds_count', operation)).toBe(2);
    expect(by('latchkey_http_requests_total', { dialect: 'canvus', method: 'GET', route: '', status: '404' })).toBe(5);
    expect(by('latchkey_http_requests_total', { dialect: 'canvus', method: 'other' })).toBe(2);
  });

  it('count logins, those that were throttled, and the passwords that were hashed for them', async () => {
    const by = await growth(async () => {
      await post(LOGIN, { email: ADMIN.email, password: ADMIN.password });
      for (let n = 0; n < 3; n += 1) await post(LOGIN, { email: 'nobody@example.com', password: 'wrong' });
    });
    const logins = (outcome: string): number => by('latchkey_logins_total', { method: 'password', outcome });
    expect([logins('opened'), logins('refused'), logins('throttled')]).toEqual([1, 2, 1]);
    expect(by('latchkey_throttled_attempts_total', { purpose: 'login' })).toBe(1);
    expect(by('latchkey_passwords_total', { operation: 'compare', outcome: 'done' })).toBe(3);
    expect(by('latchkey_password_wait_seconds_count')).toBe(3);
  });

  it('count changes, commits and their size', async () => {
    const by = await growth(() => issueToken(servicesOf(server)));
    expect(by('latchkey_writes_total', { outcome: 'committed' })).toBeGreaterThanOrEqual(1);
    expect(by('latchkey_changes_total', { type: 'token.issued' })).toBe(1);
    expect(by('latchkey_commits_total', { outcome: 'committed' })).toBeGreaterThanOrEqual(1);
    expect(by('latchkey_commit_writes_sum')).toBeGreaterThanOrEqual(1);
  });

  it('show streams while they are open', async () => {
    const stream = await openStream(server.baseUrl, '/api/v1/users?subscribe', { 'Private-Token': ADMIN.token });
    await stream.line(0);
    expect((await Samples.of(server)).sum('latchkey_streams', { dialect: 'canvus' })).toBe(1);
    stream.close();
  });

  it('tell so many codes of database errors apart, and count all others together', async () => {
    const codes = Array.from({ length: 60 }, (_, at) => `CODE${String(at)}`);
    const by = await growth(() => {
      for (const code of codes) databaseErrorChannel.publish({ engine, code, consequence: 'retried' });
      return Promise.resolve();
    });
    const name = 'latchkey_database_errors_total';
    expect(by(name, { consequence: 'retried' })).toBe(60);
    expect(by(name, { code: 'other' })).toBeGreaterThanOrEqual(10);
    expect(by(name, { code: 'CODE0' })).toBe(1);
    expect((await Samples.of(server)).series(name).length).toBeLessThanOrEqual(51 * 3);
  });

  it('have every figure that an operator looks for', async () => {
    const { metrics } = await Samples.of(server);
    const everywhere = [
      'latchkey_credential_cache_entries',
      'latchkey_database_errors_total',
      'latchkey_database_size_bytes',
      'latchkey_passwords_waiting',
      'latchkey_writes_waiting',
      'nodejs_eventloop_lag_seconds',
      'nodejs_eventloop_lag_p99_seconds',
      'process_cpu_seconds_total',
      'process_open_fds',
      'process_resident_memory_bytes',
    ];
    const ofPostgres = ['latchkey_relay_lease_held', 'latchkey_relay_lag_seconds', 'latchkey_relay_fenced_total'];
    for (const name of everywhere) expect([...metrics]).toContain(name);
    for (const name of ofPostgres) expect(metrics.has(name)).toBe(engine === 'postgres');
  });
});

onBothEngines('the numbers of tokens', (engine) => {
  it('are by kind and state, with those that expire soon and those whose old secret is still in use', async () => {
    const server = await startServer(engine, FRESH);
    const services = servicesOf(server);
    const before = await Samples.of(server);
    const expiring = (days: number): Date => new Date(server.clock.now().getTime() + days * DAY_MS);
    for (const days of [1, 6, 20, 40]) await issueToken(services, { expiresAt: expiring(days) });
    const old = await issueToken(services, { expiresAt: expiring(1) });
    await server.dataSource.query(`UPDATE latchkey_token SET expires_at = 1 WHERE id = '${old.token.id}'`);
    const { token: disabled } = await issueToken(services);
    await services.unitOfWork.write(SYSTEM, (tx) =>
      services.tokens.update(tx, PersonalToken, disabled, { enabled: false }),
    );
    const [used, unused] = [await issueToken(services), await issueToken(services)];
    for (const { token } of [used, unused]) {
      await server.dataSource.query(
        `UPDATE latchkey_token SET previous_secret_digest = '${randomUUID().replaceAll('-', '').repeat(2)}', ` +
          `previous_secret_expires_at = ${String(expiring(2).getTime())} WHERE id = '${token.id}'`,
      );
    }
    const seen = String(server.clock.now().getTime() - 1000);
    await server.dataSource.query(
      `UPDATE latchkey_token SET previous_last_seen_at = ${seen} WHERE id = '${used.token.id}'`,
    );
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const after = await Samples.of(server);
    const more = (name: string, labels: Record<string, string>): number =>
      after.sum(name, { kind: 'personal_token', ...labels }) - before.sum(name, { kind: 'personal_token', ...labels });
    expect(more('latchkey_tokens', { state: 'active' })).toBe(6);
    expect(more('latchkey_tokens', { state: 'expired' })).toBe(1);
    expect(more('latchkey_tokens', { state: 'disabled' })).toBe(1);
    expect(more('latchkey_tokens_expiring', { days: '7' })).toBe(2);
    expect(more('latchkey_tokens_expiring', { days: '30' })).toBe(3);
    expect(more('latchkey_secret_overlaps', {})).toBe(2);
    expect(more('latchkey_secret_overlaps_in_use', {})).toBe(1);
    expect(after.sum('latchkey_database_size_bytes', { part: 'main' })).toBeGreaterThan(4096);
    await server.close();
  });
});

describe('metrics that are switched off', () => {
  it('are not there, which the answer says to administrators', async () => {
    const server = await startServer('sqlite', { METRICS: 'false' });
    const { status, text } = await metricsOf(server);
    expect([status, text]).toEqual([404, '{"msg":"metrics are switched off: set METRICS=true"}']);
    await server.close();
  });
});

withBinary(
  'promtool',
  (promtool) => {
    it('the metrics have no fault that Prometheus itself would find', async () => {
      const server = await startServer('sqlite');
      await send(server.baseUrl, 'GET', `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`, {
        headers: AS_ADMIN,
      });
      const { text } = await metricsOf(server);
      const { status, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
      await server.close();
    });
  },
  'prometheus',
);
