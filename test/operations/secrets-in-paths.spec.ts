/** Secrets that were put into a path by mistake are not repeated. */
import { expect, it } from '@jest/globals';
import { eachAtOnce } from '../support/cases.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN, startInMount } from '../support/test-server.js';

const LOGIN = '0123456789ABCDEF0123456789ABCDEF';
const HEADERS = { Authorization: `Bearer ${ADMIN.token}`, 'Private-Token': ADMIN.token };

onBothEngines('errors', (engine) => {
  it('contain no secret from the path, whatever its form, even if they repeat the path', async () => {
    const server = await startInMount(engine);
    const path = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;
    const made = await send(server.baseUrl, 'POST', path, { headers: HEADERS, body: '{"name":"n"}' });
    const { client_secret: service } = made.json<{ result: { client_secret: string } }>().result;
    const secrets = [service, ADMIN.token, LOGIN];
    const paths = secrets.flatMap((secret) => [
      `/client/v4/${secret}`,
      `/client/v4/${'x'.repeat(480)}/${secret}`,
      `/client/v4/accounts/${secret}/members`,
      `${path}/${secret}`,
      `${path}/Bearer%20${secret}/x`,
      `/api/v1/users/${secret}`,
      `/api/v1/users/${'y'.repeat(80)}-${secret}`,
      `/api/v1/users/1000/access-tokens/${secret}`,
      `/crmapi/rest/v2/${secret}`,
      `/oauth2/${secret}`,
      `/verify/${secret}`,
      `/verify?${secret}`,
      `/verify?kind=${secret}`,
      `/verify/only/kind=${secret}/x`,
      `/${secret}`,
      `/nothing/${secret}?token=${secret}`,
    ]);
    await eachAtOnce(paths, async (target) => {
      for (const method of ['GET', 'POST']) {
        const reply = await send(server.baseUrl, method, target, { headers: HEADERS });
        expect(reply.status).toBeGreaterThanOrEqual(400);
        // A host answers for paths outside our prefixes.
        if (server.basePath !== '' && /^\/(verify\/|nothing|[^/?]*$)/.test(target)) continue;
        for (const secret of secrets) expect(reply.text).not.toContain(secret.slice(0, 16));
      }
    });
    const { text } = await send(server.baseUrl, 'GET', `/client/v4/${service}`, { headers: HEADERS });
    expect(text).toContain('/client/v4/[secret] is not served');
  });
});
