import { expect, it } from '@jest/globals';
import { Secret } from '../../src/core/index.js';
import { Bootstrap, FirstStartError, User } from '../../src/identity/index.js';
import { loadConfig } from '../../src/config/index.js';
import { Connection } from '../../src/persistence/index.js';
import { StartError, createServer } from '../../src/standalone/server.js';
import { closeLater } from '../support/closing.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { migratedDatabase } from '../support/templates.js';
import { ADMIN, startServer } from '../support/test-server.js';

onBothEngines('the secrets of the first administrator', (engine) => {
  it.each([
    [
      'a password of 11 characters',
      { ADMIN_PASSWORD: 'elevenchars' },
      /ADMIN_PASSWORD has 11 characters; give at least 12/,
    ],
    ['a password of 6 emoji', { ADMIN_PASSWORD: '🔑'.repeat(6) }, /ADMIN_PASSWORD has 6 characters/],
    [
      'a token of one character',
      { ADMIN_TOKEN: 'a'.repeat(43) },
      /ADMIN_TOKEN is easy to guess; give random characters/,
    ],
    [
      'both',
      { ADMIN_PASSWORD: 'x', ADMIN_TOKEN: 'AdminAdminAdminAdminAdminAdminAdminAdmin-_0' },
      /ADMIN_PASSWORD has 1 .*ADMIN_TOKEN is easy/,
    ],
  ])('are refused before the server listens: %s', async (_kind, given, reason) => {
    const { url } = await migratedDatabase(engine, 'standalone');
    const server = await createServer(loadConfig({ DATABASE_URL: url, PORT: '0', LOG_LEVEL: 'silent', ...given }));
    closeLater(() => server.stop());
    const refusal: unknown = await server.start().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StartError);
    expect(String(refusal)).toMatch(reason);
    for (const secret of Object.values(given)) {
      if (secret.length > 1) expect(String(refusal)).not.toContain(secret);
    }
    expect(server.app.getHttpServer().listening).toBe(false);
    expect(await server.app.get(Connection).dataSource.getRepository(User).count()).toBe(0);
  });

  it('may be shorter if a setting allows it', async () => {
    const env = { ADMIN_PASSWORD: 'short', ADMIN_PASSWORD_MIN_LENGTH: '5' };
    const server = await startServer(engine, env);
    const body = JSON.stringify({ email: ADMIN.email, password: 'short' });
    expect((await send(server.baseUrl, 'POST', '/api/v1/users/login', { body })).status).toBe(200);
  });

  it('are not checked once there are users, because they are not used', async () => {
    const database = await migratedDatabase(engine, 'standalone');
    await (await startServer(engine, {}, database)).stop();
    const server = await startServer(engine, { ADMIN_PASSWORD: 'x', ADMIN_TOKEN: 'a'.repeat(43) }, database);
    const options = { adminPassword: new Secret('x') };
    expect(await server.app.get(Bootstrap).run(options)).toBeNull();
  });
});

onBothEngines('the bootstrap of a host', (engine) => {
  it('refuses the same secrets, by the names of its options', async () => {
    const server = await startServer(engine);
    await server.dataSource.query('DELETE FROM "latchkey_token"');
    await server.dataSource.query('DELETE FROM "latchkey_user"');
    const options = { adminPassword: new Secret('elevenchars'), adminToken: new Secret('ab'.repeat(22).slice(1)) };
    const refusal = server.app.get(Bootstrap).run(options);
    await expect(refusal).rejects.toBeInstanceOf(FirstStartError);
    await expect(refusal).rejects.toThrow(/^adminPassword has 11 characters.*; adminToken is easy to guess/);
  });
});
