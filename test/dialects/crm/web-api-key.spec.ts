import { expect, it } from '@jest/globals';
import { send, type Reply } from '../../support/http.js';
import { ACCOUNT, ADMIN } from '../../support/test-server.js';
import {
  Client,
  ERROR,
  HEX_32,
  PREFIX,
  auditRows,
  crmSuite,
  data,
  failure,
  unchanged,
  type Person,
} from './support.js';

const LIST = { number: '1' };

crmSuite('POST authentication/web_api_key/token', (crm) => {
  const call = (authorization: string, body = '', type = 'application/json'): Promise<Reply> =>
    send(crm.server.baseUrl, 'POST', `${PREFIX}/authentication/web_api_key/token`, {
      headers: { Authorization: authorization, 'Content-Type': type },
      body,
    });
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

  async function key({ id }: Pick<Person, 'id'>): Promise<{ id: string; plain_token: string }> {
    return crm.users('POST', `/${String(id)}/access-tokens`, { description: 'key' });
  }

  async function member(): Promise<Person> {
    const person = await crm.person();
    await crm.join(person);
    return person;
  }

  it('takes the key as public scripts send it, and returns a login token of two hours', async () => {
    const person = await member();
    const { plain_token: plain } = await key(person);
    const encoded = Buffer.from(plain).toString('base64');
    const forms = [basic(`${plain}:`), `basic ${encoded}`, `Basic ${encoded}`];
    for (const form of forms) {
      for (const [body, type] of [
        ['', 'aplication/json'],
        ['{}', 'application/json'],
        [JSON.stringify({ unit: '1', organisation: ACCOUNT.name }), 'application/json'],
      ] as const) {
        const { token } = data<{ token: string }>(await call(form, body, type));
        expect(token).toMatch(HEX_32);
        data(await new Client(crm.server, token).get('access_tokens/list', LIST));
      }
    }
    const rows = await auditRows(crm.server, { action: 'user.logged_in', targetId: String(person.id) });
    expect(rows.at(-1)).toMatchObject({ details: { method: 'token', dialect: 'crm' }, accountId: ACCOUNT.id });
  });

  it('gives a login that ends with its key', async () => {
    const person = await member();
    const { id, plain_token: plain } = await key(person);
    const { token } = data<{ token: string }>(await call(basic(`${plain}:`)));
    await crm.users('DELETE', `/${String(person.id)}/access-tokens/${id}`);
    failure(await new Client(crm.server, token).get('access_tokens/list', LIST), ERROR.token);
    failure(await call(basic(`${plain}:`)), ERROR.credentials);
  });

  it('needs the organisation if the user acts in several', async () => {
    const person = await member();
    const { plain_token: plain } = await key(person);
    const other = await crm.organisation();
    failure(await call(basic(`${plain}:`), JSON.stringify({ organisation: other.name })), ERROR.credentials);
    await crm.join(person, 'read_only', other.id);
    const missing = await call(basic(`${plain}:`));
    failure(missing, ERROR.missing);
    expect(missing.text).toContain('organisation');
    const { token } = data<{ token: string }>(
      await call(basic(`${plain}:`), JSON.stringify({ organisation: other.id })),
    );
    data(await new Client(crm.server, token).get('access_tokens/list', LIST));
  });

  it('refuses all other keys alike', async () => {
    const stranger = await key(await crm.person());
    const blocked = await member();
    const ofBlocked = await key(blocked);
    await crm.users('POST', `/${String(blocked.id)}/block`);
    const login = crm.root.token ?? '';
    const texts: string[] = [];
    for (const one of [
      'x',
      'x'.repeat(43),
      login,
      stranger.plain_token,
      ofBlocked.plain_token,
      ADMIN.password,
      '\u0000',
    ]) {
      const reply = await call(basic(`${one}:`));
      failure(reply, ERROR.credentials);
      texts.push(reply.text);
    }
    expect(new Set(texts).size).toBe(1);
  });

  it('says that the key is missing, and names a foreign unit', async () => {
    const { plain_token: plain } = await key(await member());
    await unchanged(crm.server, async () => {
      for (const header of ['', 'Basic', 'Basic Og==', 'Bearer x', `Basic ${'%'.repeat(20)}`]) {
        failure(await call(header), ERROR.missing);
      }
      const reply = await call(basic(`${plain}:`), JSON.stringify({ unit: '2' }));
      failure(reply, ERROR.credentials);
      expect(reply.text).toContain('unit must be 1');
    });
  });
});
