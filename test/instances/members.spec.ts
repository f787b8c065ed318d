import { expect, it } from '@jest/globals';
import { cast, memberPath, membersOf, ok, type Member } from '../dialects/cloudflare/support.js';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN, type TestServer } from '../support/test-server.js';
import { startPair, until } from './pair.js';

const status = async (server: TestServer, token: string, rule = ''): Promise<number> =>
  (await send(server.baseUrl, 'GET', `/verify?${rule}`, { headers: { 'Private-Token': token } })).status;

it('a change of accounts or members on one instance takes effect with the next verification on another', async () => {
  const pair = await startPair();
  const { a, b } = pair;
  const cf = cast(a);
  const personal = ADMIN.token;
  const person = await cf.person();
  const member = `member_of=${ACCOUNT.id}`;
  for (let round = 0; round < 20; round += 1) {
    expect([await status(a, personal), await status(b, personal)]).toEqual([200, 200]);
    const account = await cf.account();
    expect(await status(b, personal)).toBe(403);
    const { id } = ok<Member>(
      await cf.admin.post(membersOf(ACCOUNT.id), { email: person.email, roles: ['administrator'] }),
    );
    // Adding a member does not wait for the other instances.
    expect(await status(a, person.key, `${member}&role=administrator`)).toBe(200);
    await until(async () => (await status(b, person.key, `${member}&role=administrator`)) === 200);
    ok(await cf.admin.put(memberPath(ACCOUNT.id, id), { roles: ['read_only'] }));
    expect(await status(b, person.key, `${member}&role=administrator`)).toBe(403);
    expect(await status(b, person.key, member)).toBe(200);
    ok(await cf.admin.delete(memberPath(ACCOUNT.id, id)));
    expect(await status(b, person.key, member)).toBe(403);
    ok(await cf.admin.delete(`/accounts/${account}`));
  }
  await pair.close();
});
