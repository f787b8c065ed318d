import { expect, it } from '@jest/globals';
import { servicesOf } from '../support/services.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { ADMIN, startServer } from '../support/test-server.js';

const EMAIL = ADMIN.email;

onBothEngines('a login when the queue is full', (engine) => {
  it('is answered with 503 and Retry-After, in each dialect’s form', async () => {
    const server = await startServer(engine, { PASSWORD_SLOTS: '1', PASSWORD_QUEUE: '1', BCRYPT_COST: '12' });
    const { hashing } = servicesOf(server);
    const turn = { purpose: 'login', caller: ['127.0.0.0/24', '127.0.0.1'] } as const;
    const busy = Array.from({ length: 2 }, () => hashing.verifyPassword(null, hashing.newSecret(), turn));
    const credentials = { password: 'a guess', organisation: 'Acme' };
    const replies = await Promise.all([
      send(server.baseUrl, 'POST', '/api/v1/users/login', {
        body: JSON.stringify({ email: EMAIL, password: 'a guess' }),
      }),
      send(server.baseUrl, 'POST', '/crmapi/rest/v2/authentication/token', {
        body: JSON.stringify({ username: EMAIL, ...credentials }),
      }),
    ]);
    for (const reply of replies) {
      expect(reply.status).toBe(503);
      expect(reply.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    }
    const reason = 'too many passwords are being checked (setting PASSWORD_QUEUE); try again in 2 seconds';
    expect(replies[0].json()).toEqual({ msg: reason });
    expect(replies[1].json()).toMatchObject({
      status: { code: 'COM.CRM.EXCEPTION.GENERAL.UNAVAILABLEEXCEPTION', description: reason },
    });
    await Promise.all(busy);
  });
});
