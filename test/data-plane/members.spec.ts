import { beforeAll, expect, it } from '@jest/globals';
import { memberPath, membersOf, type Member, type Role } from '../dialects/cloudflare/support.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import { bearer, canvus, dataPlaneSuite, identity, ok, pair, privately, type Headers, type Person } from './support.js';

dataPlaneSuite('a rule of /verify about tokens, users and members', ({ cf, verify, status, login }) => {
  let other: string;
  let service: Headers;
  beforeAll(async () => {
    other = await cf.account();
    service = pair(await cf.token(ACCOUNT.id));
  });

  const idOf = async (headers: Headers, rule: string): Promise<string> =>
    identity(await verify(headers, rule))['latchkey-token-id'] ?? '';
  const join = async ({ email }: Person, account: string, role: Role): Promise<string> =>
    ok<Member>(await cf.admin.post(membersOf(account), { email, roles: [role] })).id;

  it('admits the tokens that it names by their ids, and no other', async () => {
    const { key, userId } = await cf.person();
    const serviceId = await idOf(service, `account=${ACCOUNT.id}`);
    const personalId = await idOf(privately(key), `user=${String(userId)}`);
    const statuses = async (rule: string): Promise<number[]> => [
      await status(service, rule),
      await status(privately(key), rule),
    ];
    expect(await statuses(`token=${serviceId}`)).toEqual([200, 403]);
    expect(await statuses(`token=${personalId}`)).toEqual([403, 200]);
    expect(await statuses(`token=${serviceId},${personalId}`)).toEqual([200, 200]);
    expect(await statuses(`token=${serviceId}&account=${other}`)).toEqual([403, 403]);
    expect(await statuses(`token=${serviceId}&kind=session`)).toEqual([403, 403]);
  });

  it('admits the personal tokens and logins of the users that it names', async () => {
    const [person, another] = [await cf.person(), await cf.person()];
    const headers = [privately(person.key), bearer(await login(person)), privately(another.key), service];
    const statuses = (rule: string): Promise<number[]> => Promise.all(headers.map((each) => status(each, rule)));
    expect(await statuses(`user=${String(person.userId)}`)).toEqual([200, 200, 403, 403]);
    expect(await statuses(`user=${String(person.userId)},${String(another.userId)}`)).toEqual([200, 200, 200, 403]);
  });

  it('admits members of an account by personal tokens and logins, in the roles that it names', async () => {
    const administrator = await cf.memberOf(ACCOUNT.id, 'administrator');
    const reader = await cf.memberOf(ACCOUNT.id, 'read_only');
    const stranger = await cf.memberOf(other, 'administrator');
    const people = [privately(administrator.key), bearer(await login(administrator)), privately(reader.key)];
    const callers = [...people, privately(stranger.key), service];
    const statuses = (rule: string): Promise<number[]> => Promise.all(callers.map((each) => status(each, rule)));
    const member = `member_of=${ACCOUNT.id}`;
    expect(await statuses(member)).toEqual([200, 200, 200, 403, 403]);
    expect(await statuses(`${member}&role=administrator`)).toEqual([200, 200, 403, 403, 403]);
    expect(await statuses(`${member}&role=read_only`)).toEqual([403, 403, 200, 403, 403]);
    expect(await statuses(`${member}&role=read_only&role=administrator`)).toEqual([200, 200, 200, 403, 403]);
    expect(await statuses(`${member},${other}&role=administrator`)).toEqual([200, 200, 403, 200, 403]);
    expect(await statuses(`${member}&kind=session`)).toEqual([403, 200, 403, 403, 403]);
  });

  it('does not take an administrator of the server for a member', async () => {
    const person = await cf.person({ admin: true });
    expect(await status(privately(person.key), `member_of=${other}`)).toBe(403);
    await join(person, other, 'read_only');
    expect(await status(privately(person.key), `member_of=${other}`)).toBe(200);
  });

  it('applies every change of a membership to the next verification', async () => {
    const person = await cf.person();
    const now = (rule = ''): Promise<number> => status(privately(person.key), `member_of=${other}${rule}`);
    for (let round = 0; round < 5; round += 1) {
      expect(await now()).toBe(403);
      const id = await join(person, other, 'administrator');
      expect([await now('&role=administrator'), await now('&role=read_only')]).toEqual([200, 403]);
      ok(await cf.admin.put(memberPath(other, id), { roles: ['read_only'] }));
      expect([await now('&role=administrator'), await now('&role=read_only')]).toEqual([403, 200]);
      ok(await cf.admin.delete(memberPath(other, id)));
    }
    expect(await now()).toBe(403);
  });

  it('admits nobody after the account or the user is deleted', async () => {
    const account = await cf.account();
    const person = await cf.memberOf(account, 'administrator');
    const now = (): Promise<number> => status(privately(person.key), `member_of=${account}`);
    expect(await now()).toBe(200);
    ok(await cf.admin.delete(`/accounts/${account}`));
    expect(await now()).toBe(403);
    await canvus(cf.server, 'DELETE', `/users/${String(person.userId)}`);
    expect(await now()).toBe(401);
  });

  it.each([
    ['role=administrator', 'role has no meaning without member_of, which says in which account; give both'],
    [`member_of=${ACCOUNT.id}&role=owner`, 'role is "owner"; give one of administrator, read_only'],
    ['member_of=Acme', 'member_of is "Acme"; give 32 lower-case hex characters'],
    ['user=alice', 'user is "alice"; give the id of a user, a whole number'],
    [`token=${ADMIN.token}`, 'token is not the id of a token; give a lower-case UUID, never a secret'],
  ])('is refused if invalid, with what to give instead: %s', async (rule, words) => {
    const reply = await verify(service, rule);
    expect([reply.status, reply.json()]).toEqual([400, { error: 'invalid_request', error_description: words }]);
  });
});
