import { expect, it } from '@jest/globals';
import { Recorder } from '../support/channels.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { UNKNOWN_USER_TOKEN, cast, ok, pair, privately, type Headers } from './support.js';

const WHAT_TO_DO = {
  error: 'forbidden',
  error_description:
    'the rule names no account, and this server has several: add account=, member_of=, user= or token= to the rule ' +
    'that the proxy asks by, or set VERIFY_WITHOUT_ACCOUNT=true',
};

const verify = (server: TestServer, headers: Headers, rule = ''): ReturnType<typeof send> =>
  send(server.baseUrl, 'GET', `/verify?${rule}`, { headers });
const status = async (...asked: Parameters<typeof verify>): Promise<number> => (await verify(...asked)).status;

onBothEngines('a rule that names no account', (engine) => {
  it('admits nobody from the second account on, and everybody again when one is left', async () => {
    const server = await startServer(engine);
    const cf = cast(server);
    const service = pair(await cf.token(ACCOUNT.id));
    for (let round = 0; round < 3; round += 1) {
      expect([await status(server, service), await status(server, privately(ADMIN.token))]).toEqual([200, 200]);
      const account = await cf.account();
      const foreign = pair(await cf.token(account));
      for (const headers of [foreign, service, privately(ADMIN.token)]) {
        for (const rule of ['', 'kind=service_token,personal_token']) {
          const reply = await verify(server, headers, rule);
          expect([reply.status, reply.json()]).toEqual([403, WHAT_TO_DO]);
        }
      }
      expect([
        await status(server, service, `account=${ACCOUNT.id}`),
        await status(server, foreign, `account=${ACCOUNT.id}`),
      ]).toEqual([200, 403]);
      expect(await status(server, privately(ADMIN.token), `user=${String(ADMIN.id)}`)).toBe(200);
      ok(await cf.admin.delete(`/accounts/${account}`));
    }
  });

  it('does not reveal that without a valid credential; the channel has the reason', async () => {
    const server = await startServer(engine);
    const cf = cast(server);
    await cf.account();
    expect(await status(server, {})).toBe(401);
    expect(await status(server, privately(UNKNOWN_USER_TOKEN))).toBe(401);
    const recorder = new Recorder('latchkey:decision');
    await status(server, privately(ADMIN.token));
    recorder.stop();
    expect(recorder.of('latchkey:decision')).toMatchObject([{ outcome: 'forbidden', reason: 'account_not_named' }]);
  });

  it('applies if the setting allows it', async () => {
    const server = await startServer(engine, { VERIFY_WITHOUT_ACCOUNT: 'true' });
    const cf = cast(server);
    const foreign = pair(await cf.token(await cf.account()));
    expect([await status(server, foreign), await status(server, foreign, 'kind=service_token')]).toEqual([200, 200]);
  });

  it('applies to a single account also without a cache', async () => {
    const server = await startServer(engine, { CREDENTIAL_CACHE_ENTRIES: '0' });
    const cf = cast(server);
    expect(await status(server, privately(ADMIN.token))).toBe(200);
    await cf.account();
    expect(await status(server, privately(ADMIN.token))).toBe(403);
  });
});
