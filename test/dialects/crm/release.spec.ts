import { describe, expect, it } from '@jest/globals';
import { ERROR, UNKNOWN_TOKEN, auditRows, crmSuite, data, failure, unchanged } from './support.js';

const METHOD = 'authentication/token/release';
const LIST = { number: '1' };

crmSuite('POST authentication/token/release', (crm) => {
  describe('OK', () => {
    it('ends the token at once, and answers with empty data', async () => {
      const client = await crm.member();
      data(await client.get('access_tokens/list', LIST));
      expect(data(await client.post(METHOD))).toEqual({});
      failure(await client.get('access_tokens/list', LIST), ERROR.token);
    });

    it('does not affect other tokens of the user', async () => {
      const person = await crm.person();
      await crm.join(person);
      const [one, other] = [await crm.login(person), await crm.login(person)];
      data(await one.post(METHOD));
      data(await other.get('access_tokens/list', LIST));
    });

    it('lets a read_only member release their own', async () => {
      const client = await crm.member('read_only');
      data(await client.post(METHOD));
      failure(await client.get('access_tokens/list', LIST), ERROR.token);
    });

    it('leaves nothing of the token but its audit rows', async () => {
      const client = await crm.member();
      const sessions = (): Promise<unknown[]> =>
        crm.server.dataSource.query(`SELECT id FROM latchkey_token WHERE kind = 'session'`);
      const { length } = await sessions();
      data(await client.post(METHOD));
      expect(await sessions()).toHaveLength(length - 1);
      expect((await auditRows(crm.server)).at(-1)).toMatchObject({ action: 'user.logged_out', targetType: 'user' });
    });
  });

  describe('SECURITY.INVALIDTOKEN', () => {
    it('is the answer to a token that was released before', async () => {
      const client = await crm.member();
      data(await client.post(METHOD));
      await unchanged(crm.server, async () => {
        failure(await client.post(METHOD), ERROR.token);
      });
    });

    it.each([
      ['missing', undefined],
      ['unknown', UNKNOWN_TOKEN],
      ['empty', ''],
      ['null', null],
      ['a number', 7],
    ])('is the answer to a token that is %s', async (_what, token) => {
      await unchanged(crm.server, async () => {
        failure(await crm.anonymous.post(METHOD, { token }), ERROR.token);
      });
    });

    it('is the answer to a token that has expired', async () => {
      crm.server.clock.freeze();
      const client = await crm.member();
      crm.server.clock.advance(7_200_000);
      failure(await client.post(METHOD), ERROR.token);
      crm.server.clock.reset();
    });

    it('is the answer to all but one of many simultaneous releases, or to none of them', async () => {
      const client = await crm.member();
      const replies = await Promise.all(Array.from({ length: 8 }, () => client.post(METHOD)));
      const codes = replies.map((reply) => reply.json<{ status: { code: string } }>().status.code);
      expect(codes).toContain('OK');
      for (const reply of replies) {
        if (reply.json<{ status: { code: string } }>().status.code !== 'OK') failure(reply, ERROR.token);
      }
      failure(await client.get('access_tokens/list', LIST), ERROR.token);
    });
  });
});
