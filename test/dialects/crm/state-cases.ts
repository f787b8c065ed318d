/** The two transitions of the life cycle, each from one state only. */
import { describe, expect, it } from '@jest/globals';
import { itNeedsAToken, itNeedsOneIdentifier } from './common-cases.js';
import { methodOf } from './methods.js';
import {
  ERROR,
  FIELDS,
  auditRows,
  byCode,
  byIdentifier,
  crmSuite,
  data,
  failure,
  make,
  shown,
  unchanged,
  type AccessToken,
  type Made,
} from './support.js';

const AWAY = { EFFECTIVE: 'access_tokens/set_as_not_effective', NOT_EFFECTIVE: 'access_tokens/set_as_effective' };

export function stateSuite(path: string, from: keyof typeof AWAY, to: keyof typeof AWAY): void {
  const method = methodOf('POST', path);

  crmSuite(`POST ${path}`, (crm) => {
    async function makeIn(state: string): Promise<Made> {
      const made = await make(crm.root);
      if (state === 'NOT_EFFECTIVE') data(await crm.root.post(AWAY.EFFECTIVE, byCode(made.code)));
      return { ...made, token: await shown(crm.root, made.code) };
    }

    describe('OK', () => {
      it(`makes a ${from} token ${to}, and changes nothing else of it`, async () => {
        const { token, code } = await makeIn(from);
        const { log_information: _log, ...rest } = token;
        const moved = data<AccessToken>(await crm.root.post(path, byCode(code)));
        expect(Object.keys(moved).sort()).toEqual(FIELDS);
        expect(moved).toMatchObject({ ...rest, life_cycle_state: to });
        expect(await shown(crm.root, code)).toEqual(moved);
      });

      it('finds by identifier and pass code too, which work afterwards as before', async () => {
        const made = await makeIn(from);
        expect(data(await crm.root.post(path, byIdentifier(made)))).toMatchObject({ life_cycle_state: to });
        data(await crm.root.post('access_tokens/show', byIdentifier(made)));
      });

      it('can be undone and repeated', async () => {
        const { code } = await makeIn(from);
        for (const _time of [1, 2, 3]) {
          expect(data(await crm.root.post(path, byCode(code)))).toMatchObject({ life_cycle_state: to });
          expect(data(await crm.root.post(AWAY[to], byCode(code)))).toMatchObject({ life_cycle_state: from });
        }
      });

      it('shows who did it and when, and writes one audit row', async () => {
        crm.server.clock.freeze();
        const { code, token } = await makeIn(from);
        const { length } = await auditRows(crm.server);
        crm.server.clock.advance(5000);
        const moved = data<AccessToken>(await crm.root.post(path, byCode(code)));
        const [before, after] = [token.log_information, moved.log_information];
        expect(after.created_date).toBe(before.created_date);
        expect(new Date(after.updated_date).getTime() - new Date(before.updated_date).getTime()).toBe(5000);
        const rows = (await auditRows(crm.server)).slice(length);
        expect(rows).toMatchObject([{ action: 'token.updated', authorId: 1000 }]);
        crm.server.clock.reset();
      });

      it('does not affect other tokens', async () => {
        const other = await makeIn(from);
        const { code } = await makeIn(from);
        data(await crm.root.post(path, byCode(code)));
        expect(await shown(crm.root, other.code)).toEqual(other.token);
      });
    });

    describe('errors', () => {
      itNeedsAToken(crm, method);
      itNeedsOneIdentifier(crm, path);

      it(`refuses a token that is ${to} already, and changes nothing`, async () => {
        const made = await makeIn(to);
        await unchanged(crm.server, async () => {
          for (const members of [byCode(made.code), byIdentifier(made)]) {
            failure(await crm.root.post(path, members), ERROR.state);
          }
        });
      });

      it('does not reveal the state to callers with a wrong pass code', async () => {
        const made = await makeIn(to);
        failure(await crm.root.post(path, byIdentifier({ ...made, passCode: 'wrong' })), ERROR.notFound);
      });
    });
  });
}
