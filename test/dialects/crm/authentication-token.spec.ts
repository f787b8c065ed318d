import { describe, expect, it } from '@jest/globals';
import { ACCOUNT, ADMIN } from '../../support/test-server.js';
import {
  ERROR,
  HEX_32,
  auditRows,
  byCode,
  crmSuite,
  data,
  failure,
  make,
  shown,
  unchanged,
  type Members,
  type Person,
} from './support.js';

const METHOD = 'authentication/token';

const LIST = { number: '1' };

const credentials = ({ email, password }: Pick<Person, 'email' | 'password'>): Members => ({
  username: email,
  password,
  organisation: ACCOUNT.name,
});

crmSuite('POST authentication/token', (crm) => {
  async function memberPerson(): Promise<Person> {
    const person = await crm.person();
    await crm.join(person);
    return person;
  }

  describe('OK', () => {
    it('returns a token of 32 upper-case hex digits and nothing else', async () => {
      const reply = await crm.anonymous.post(METHOD, credentials(await memberPerson()));
      expect(data(reply)).toEqual({ token: expect.stringMatching(HEX_32) });
      expect(reply.headers['cache-control']).toBe('no-store');
    });

    it.each([
      ['its id', { unit: '1' }],
      ['null', { unit: null }],
      ['empty text', { unit: '' }],
      ['unknown members', { language: 'en', organization: 'x', token: 'x' }],
    ])('accepts the unit of the organisation by %s', async (_what, more) => {
      const client = await crm.login(await memberPerson(), ACCOUNT.name, more);
      data(await client.get('access_tokens/list', LIST));
    });

    it('binds the token to the organisation that was named', async () => {
      const person = await memberPerson();
      const other = await crm.organisation();
      await crm.join(person, 'administrator', other.id);
      const here = await crm.login(person);
      const there = await crm.login(person, other.name);
      const { code } = await make(there);
      expect((await shown(there, code)).authentication_code).toBe(code);
      failure(await here.post('access_tokens/show', byCode(code)), ERROR.notFound);
    });

    it.each([
      ['its id', ACCOUNT.id],
      ['its id in capital letters', ACCOUNT.id.toUpperCase()],
      ['its name in another case', ` ${ACCOUNT.name.toUpperCase()} `],
      ['its name in full-width letters', '\uFF21\uFF43\uFF4D\uFF45'],
    ])('finds the organisation by %s', async (_what, organisation) => {
      const client = await crm.login(await memberPerson(), organisation);
      data(await client.get('access_tokens/list', LIST));
    });

    it('lets an administrator of the server into any organisation', async () => {
      const { name } = await crm.organisation();
      data(await (await crm.login(ADMIN, name)).get('access_tokens/list', LIST));
    });

    it('lasts two hours, used or not', async () => {
      crm.server.clock.freeze();
      const person = await memberPerson();
      const [used, unused] = [await crm.login(person), await crm.login(person)];
      for (const _quarter of [1, 2, 3, 4, 5, 6, 7]) {
        crm.server.clock.advance(15 * 60_000);
        data(await used.get('access_tokens/list', LIST));
      }
      crm.server.clock.advance(15 * 60_000 - 1);
      for (const client of [used, unused]) data(await client.get('access_tokens/list', LIST));
      crm.server.clock.advance(1);
      for (const client of [used, unused]) failure(await client.get('access_tokens/list', LIST), ERROR.token);
      crm.server.clock.reset();
    });

    it('ends no older token, whether in sequence or at the same time', async () => {
      const person = await memberPerson();
      const first = await crm.login(person);
      const more = await Promise.all(Array.from({ length: 5 }, () => crm.login(person)));
      const all = [first, ...more];
      expect(new Set(all.map(({ token }) => token)).size).toBe(6);
      for (const client of all) data(await client.get('access_tokens/list', LIST));
    });

    it('leaves an audit row with the user', async () => {
      const person = await memberPerson();
      await crm.login(person);
      const [row, ...others] = await auditRows(crm.server, { action: 'user.logged_in', targetId: String(person.id) });
      expect(others).toEqual([]);
      expect(row).toMatchObject({ targetType: 'user', details: { method: 'password' } });
    });
  });

  describe('SECURITY.INVALIDCREDENTIALS', () => {
    it('names a foreign unit if all else is right, and counts no failure', async () => {
      const person = await memberPerson();
      await unchanged(crm.server, async () => {
        const reply = await crm.anonymous.post(METHOD, {
          ...credentials(person),
          unit: '8C1E866074D743EE834E910A28C1E582',
        });
        failure(reply, ERROR.credentials);
        expect(reply.text).toContain('unit must be 1');
      });
    });

    async function refused(): Promise<Record<string, Members>> {
      const person = await memberPerson();
      const blocked = await memberPerson();
      await crm.users('POST', `/${String(blocked.id)}/block`);
      const unapproved = await crm.person({ approved: false });
      await crm.join(unapproved);
      const foreign = await crm.organisation();
      const good = credentials(person);
      return {
        'a wrong user': { ...good, username: 'nobody@example.com' },
        'a wrong password': { ...good, password: `${person.password}x` },
        'a wrong organisation': { ...good, organisation: 'No such organisation' },
        'a wrong unit beside a wrong password': { ...good, unit: '2', password: 'wrong' },
        'a blocked user': credentials(blocked),
        'a user who is not approved': credentials(unapproved),
        'a user who is not a member': credentials(await crm.person()),
        'a member of another organisation': { ...good, organisation: foreign.name },
        'an administrator in an unknown organisation': { ...credentials(ADMIN), organisation: 'None' },
        'a password that is too long': { ...good, password: person.password.padEnd(100, 'x') },
      };
    }

    it('gives the same message whatever is wrong, and changes nothing', async () => {
      const cases = await refused();
      await unchanged(crm.server, async () => {
        const texts: Record<string, string> = {};
        for (const [what, members] of Object.entries(cases)) {
          const reply = await crm.anonymous.post(METHOD, members);
          failure(reply, ERROR.credentials);
          texts[what] = reply.text;
        }
        expect(new Set(Object.values(texts)).size).toBe(1);
      });
    });

    it('leaves an audit row of every failure, without the password', async () => {
      for (const members of Object.values(await refused())) {
        const ofThisName = async () => {
          const rows = await auditRows(crm.server, { action: 'user.login_failed' });
          return rows.find(({ targetName }) => targetName === members.username);
        };
        const before = (await ofThisName())?.occurrences ?? 0;
        await crm.anonymous.post(METHOD, members);
        const row = await ofThisName();
        expect(row).toMatchObject({
          occurrences: before + 1,
          authorId: null,
          targetName: members.username,
          details: { dialect: 'crm' },
        });
        expect(JSON.stringify(row)).not.toContain(String(members.password));
      }
    });
  });

  describe('GENERAL.MANDATORYPARAMETERMISSING', () => {
    it.each(['username', 'password', 'organisation'])('names a %s that is missing, null or empty', async (name) => {
      const good = credentials(await memberPerson());
      for (const value of [undefined, null, '']) {
        const reply = await crm.anonymous.post(METHOD, { ...good, [name]: value });
        expect(failure(reply, ERROR.missing)).toContain(name);
      }
    });

    it('does not accept the other spelling of organisation', async () => {
      const { organisation, ...others } = credentials(await memberPerson());
      const reply = await crm.anonymous.post(METHOD, { ...others, organization: organisation });
      expect(failure(reply, ERROR.missing)).toContain('organisation');
    });
  });

  describe('GENERAL.INVALIDPARAMETER', () => {
    it.each(['username', 'password', 'organisation', 'unit'])('refuses a number for %s', async (name) => {
      const reply = await crm.anonymous.post(METHOD, { ...credentials(await memberPerson()), [name]: 1 });
      expect(failure(reply, ERROR.invalid)).toContain(name);
    });
  });
});
