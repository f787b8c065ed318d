/** `log_information`: who created and changed a token and when, without a query for each row. */
import { describe, expect, it } from '@jest/globals';
import { addAuditRows } from '../../support/audit-rows.js';
import { watchQueries } from '../../support/queries.js';
import { ADMIN } from '../../support/test-server.js';
import { addTokens } from './many-tokens.js';
import {
  ACCOUNT_UNIT,
  byCode,
  crmSuite,
  data,
  make,
  shown,
  unique,
  type AccessToken,
  type Client,
  type Person,
} from './support.js';

const wire = (moment: Date): string => moment.toISOString().slice(0, 19);

const userOf = ({ id, email, name }: Person) => ({ id: String(id), username: email, person_name: name, email });

crmSuite('log_information', (crm) => {
  async function somebody(): Promise<{ person: Person; client: Client }> {
    const person = await crm.person();
    await crm.join(person);
    return { person, client: await crm.login(person) };
  }

  describe('says who and when', () => {
    it('created and changed a token, by every method', async () => {
      crm.server.clock.freeze();
      const [maker, changer] = [await somebody(), await somebody()];
      const { code, token } = await make(maker.client);
      const created = wire(crm.server.clock.now());
      const fresh = {
        created_date: created,
        updated_date: created,
        created_by_unit: ACCOUNT_UNIT,
        updated_by_unit: ACCOUNT_UNIT,
        created_by_user: userOf(maker.person),
        updated_by_user: userOf(maker.person),
      };
      expect(token.log_information).toEqual(fresh);
      const changes: [path: string, members: Record<string, unknown>][] = [
        ['update', { ...byCode(code), pass_code: 'new' }],
        ['set_as_not_effective', byCode(code)],
        ['set_as_effective', byCode(code)],
        ['reset_pass_code', { authentication_code: code }],
      ];
      for (const [at, [path, members]] of changes.entries()) {
        const author = at % 2 === 0 ? changer : maker;
        crm.server.clock.advance(60_000);
        const { log_information: log } = data<AccessToken>(await author.client.post(`access_tokens/${path}`, members));
        const updated = { updated_date: wire(crm.server.clock.now()), updated_by_user: userOf(author.person) };
        expect(log).toEqual({ ...fresh, ...updated });
        expect((await shown(crm.root, code)).log_information).toEqual(log);
      }
      crm.server.clock.reset();
    });

    it('for each token of a list', async () => {
      const { id, name } = await crm.organisation();
      const people = [await crm.person(), await crm.person()];
      const clients: Client[] = [];
      for (const person of people) {
        await crm.join(person, 'administrator', id);
        clients.push(await crm.login(person, name));
      }
      const [one, other] = clients as [Client, Client];
      for (const client of [one, other, one]) await make(client);
      const { code } = await make(one);
      data(await other.post('access_tokens/set_as_not_effective', byCode(code)));
      const listed = data<AccessToken[]>(await one.get('access_tokens/list', { number: '10' }));
      const names = listed.map(({ log_information: log }) => [log.created_by_user?.email, log.updated_by_user?.email]);
      const [a, b] = people.map(({ email }) => email);
      expect(names).toEqual([
        [a, a],
        [b, b],
        [a, a],
        [a, b],
      ]);
      for (const { log_information: log } of listed) expect(log.created_by_unit).toEqual({ ...ACCOUNT_UNIT, name });
    });

    it('keeps the name of a deleted user', async () => {
      const { person, client } = await somebody();
      const { code } = await make(client);
      await crm.users('DELETE', `/${String(person.id)}`);
      const { created_by_user: user } = (await shown(crm.root, code)).log_information;
      expect(user).toMatchObject({ id: String(person.id), person_name: person.name });
      expect(Object.keys(user ?? {}).sort()).toEqual(['email', 'id', 'person_name', 'username']);
    });

    it('is not affected by reads and failed requests', async () => {
      crm.server.clock.freeze();
      const { code, token } = await make(crm.root);
      const { client } = await somebody();
      crm.server.clock.advance(60_000);
      await client.post('access_tokens/set_as_effective', byCode(code));
      await client.post('access_tokens/update', { ...byCode(code), identifier: unique('x') });
      expect((await shown(client, code)).log_information).toEqual(token.log_information);
      crm.server.clock.reset();
    });
  });

  it('needs no more statements for 200 tokens than for two', async () => {
    const { id: accountId, root } = await crm.organisation();
    const statements = async (number: number): Promise<number> => {
      const watch = watchQueries(crm.server.dataSource);
      const listed = data<AccessToken[]>(await root.get('access_tokens/list', { number: String(number) }));
      watch.stop();
      expect(listed).toHaveLength(number);
      for (const { log_information: log } of listed) expect(log.created_by_user?.email).toBe(ADMIN.email);
      return watch.count(/SELECT/i);
    };
    for (const _one of [1, 2]) await make(root);
    const few = await statements(2);
    const ids = await addTokens(crm.server, accountId, 198, 3);
    const made = { authorId: ADMIN.id, authorName: 'Root', accountId };
    await addAuditRows(
      crm.server,
      ids.map((targetId) => ({ ...made, targetId })),
    );
    expect(few).toBeGreaterThan(1);
    expect(await statements(200)).toBe(few);
  });

  it('is not looked up unless requested', async () => {
    await make(crm.root);
    const watch = watchQueries(crm.server.dataSource);
    data(await crm.root.get('access_tokens/list', { number: '2', fields_set: 'number,identifier' }));
    watch.stop();
    expect(watch.count(/latchkey_token/)).toBeGreaterThan(0);
    expect(watch.count(/latchkey_audit/)).toBe(0);
  });

  it('is looked up by index on PostgreSQL, however long the audit log', async () => {
    if (crm.server.engine === 'sqlite') return;
    const { code } = await make(crm.root);
    await crm.server.dataSource.query(
      `INSERT INTO latchkey_audit (created_at, action, target_type, target_id, details)
       SELECT 0, 'token.updated', 'token', 'other-' || n, '{}' FROM generate_series(1, 20000) AS n`,
    );
    await crm.server.dataSource.query('ANALYZE latchkey_audit');
    const watch = watchQueries(crm.server.dataSource);
    await shown(crm.root, code);
    watch.stop();
    const lookUp = watch.queries.find(({ query }) => query.includes('latchkey_audit'));
    const plan = await crm.server.dataSource.query<Record<string, string>[]>(
      `EXPLAIN ${lookUp?.query ?? ''}`,
      lookUp?.parameters ?? [],
    );
    expect(JSON.stringify(plan)).not.toMatch(/Seq Scan on latchkey_audit|Filter: .*hashed SubPlan/);
  });
});
