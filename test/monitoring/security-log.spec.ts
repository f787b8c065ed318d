/** What the log says about refused tokens, failed logins and denied requests. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { LoggerService } from '@nestjs/common';
import { SYSTEM } from '../../src/core/index.js';
import { PersonalToken } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { issueToken, servicesOf } from '../support/services.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { Samples } from './samples.js';

/** Keeps the lines of the security log. */
class Lines implements LoggerService {
  readonly lines: string[] = [];

  warn(line: unknown, context?: unknown): void {
    if (context === 'Security') this.lines.push(String(line));
  }

  log(): void {
    // Not about security.
  }

  error(): void {
    // Not about security.
  }
}

onBothEngines('the security log', (engine) => {
  let server: TestServer;
  const log = new Lines();

  beforeAll(async () => {
    server = await startServer(engine, { SECURITY_LOG_LINES: '6' });
    server.app.useLogger(log);
  });
  afterAll(() => server.close());

  it('has one line for each known token and reason, login and denial, never a secret, and not too many', async () => {
    const services = servicesOf(server);
    const user = await services.users.create(SYSTEM, { email: 'u@example.com', name: 'U' });
    const mine = await issueToken(services, { userId: user.id });
    const secrets = [mine.secret.reveal(), ADMIN.token, 'wrong-password'];
    const headers = (id: string): Record<string, string> => ({
      'Private-Token': mine.secret.reveal(),
      'X-Request-Id': id,
    });
    const ask = (method: string, path: string, given: Record<string, string>, body?: string): Promise<unknown> =>
      send(server.baseUrl, method, path, { headers: given, ...(body !== undefined && { body }) });

    for (const id of ['rule-1', 'rule-2']) await ask('GET', `/verify?account=${ACCOUNT.id}`, headers(id));
    await ask('GET', '/verify', { 'Private-Token': 'x'.repeat(43) });
    await ask('GET', '/verify', {});
    await ask('GET', '/api/v1/audit-log', headers('denied'));
    await ask('GET', '/metrics', { Authorization: `Bearer ${mine.secret.reveal()}`, 'X-Request-Id': 'metrics' });
    const login = JSON.stringify({ email: ADMIN.email, password: 'wrong-password' });
    await ask('POST', '/api/v1/users/login', { 'X-Request-Id': 'login' }, login);
    await services.unitOfWork.write(SYSTEM, (tx) =>
      services.tokens.update(tx, PersonalToken, mine.token, { enabled: false }),
    );
    await ask('GET', '/verify', headers('disabled'));
    await ask('GET', '/api/v1/users', headers('at an API'));

    const { id } = mine.token;
    const of = `token=${id}`;
    expect(log.lines).toEqual([
      `token refused ${of} kind=personal_token reason=not_admitted at=verify address=127.0.0.1 rule={"accounts":["${ACCOUNT.id}"]} request=rule-1`,
      `request denied user=${String(user.id)} ${of} dialect=canvus method=GET route=/api/v1/audit-log permission="administrator" address=127.0.0.1 request=denied`,
      `request denied user=${String(user.id)} ${of} method=GET route=/metrics permission="administrators of the server" address=127.0.0.1 request=metrics`,
      'login refused method=password audience=user address=127.0.0.1 request=login',
      `token refused ${of} kind=personal_token reason=disabled at=verify address=127.0.0.1 rule={} request=disabled`,
    ]);
    for (const secret of secrets) expect(log.lines.join('\n')).not.toContain(secret);
  });

  it('has counters for all of them', async () => {
    const samples = await Samples.of(server);
    const refused = (labels: Record<string, string>): number => samples.sum('latchkey_token_refusals_total', labels);
    expect(refused({ entry_point: 'verify', reason: 'not_admitted', kind: 'personal_token' })).toBe(2);
    expect(refused({ entry_point: 'api', reason: 'disabled', kind: 'personal_token' })).toBe(1);
    expect(samples.sum('latchkey_denials_total', { dialect: 'canvus' })).toBe(1);
  });
});
