import { describe, expect, it } from '@jest/globals';
import { itNeedsAToken, itNeedsOneIdentifier } from './common-cases.js';
import { methodOf } from './methods.js';
import {
  ERROR,
  FIELDS,
  HEX_32,
  auditRows,
  byCode,
  byIdentifier,
  crmSuite,
  data,
  failure,
  make,
  shown,
  unchanged,
  unique,
  type AccessToken,
  type Members,
} from './support.js';

const PATH = 'access_tokens/update';
const method = methodOf('POST', PATH);

crmSuite('POST access_tokens/update', (crm) => {
  const update = async (members: Members): Promise<AccessToken> => data(await crm.root.post(PATH, members));
  const show = 'access_tokens/show';

  describe('OK', () => {
    it('changes the code, and nothing else', async () => {
      const { code, token } = await make(crm.root);
      const next = unique('code');
      const changed = await update({ ...byCode(code), authentication_code: next });
      expect(Object.keys(changed).sort()).toEqual(FIELDS);
      const { log_information: _log, ...rest } = token;
      expect(changed).toMatchObject({ ...rest, authentication_code: next });
      expect(await shown(crm.root, next)).toEqual(changed);
      failure(await crm.root.post(show, byCode(code)), ERROR.notFound);
    });

    it('generates a new code if it is null', async () => {
      const { code, token } = await make(crm.root);
      const one = await update({ ...byCode(code), authentication_code: null });
      expect(one.authentication_code).toMatch(HEX_32);
      expect(one).toMatchObject({ id: token.id, number: token.number, identifier: token.identifier });
      const other = await update({ ...byCode(one.authentication_code), authentication_code: null });
      expect(other.authentication_code).toMatch(HEX_32);
      expect(other.authentication_code).not.toBe(one.authentication_code);
      failure(await crm.root.post(show, byCode(code)), ERROR.notFound);
    });

    it('identifies the record by its old values, and accepts new ones in addition', async () => {
      const made = await make(crm.root);
      const [identifier, passCode] = [unique('identifier'), unique('pass')];
      const changed = await update({ ...byIdentifier(made), identifier, pass_code: passCode });
      expect(changed).toMatchObject({ id: made.token.id, authentication_code: made.code, identifier });
      expect(data(await crm.root.post(show, byIdentifier({ identifier, passCode })))).toEqual(changed);
      for (const old of [made, { ...made, identifier }, { ...made, passCode }]) {
        failure(await crm.root.post(show, byIdentifier(old)), ERROR.notFound);
      }
    });

    it('changes the pass code alone, and the old one ends at once', async () => {
      const made = await make(crm.root);
      const passCode = unique('pass');
      const changed = await update({ ...byIdentifier(made), pass_code: passCode });
      expect(changed.identifier).toBe(made.identifier);
      failure(await crm.root.post(show, byIdentifier(made)), ERROR.notFound);
      data(await crm.root.post(show, byIdentifier({ ...made, passCode })));
    });

    it('accepts the record’s own code and identifier', async () => {
      const made = await make(crm.root);
      const { code, identifier } = made;
      const changed = await update({ ...byCode(code), authentication_code: code, identifier, pass_code: 'another' });
      expect(changed).toMatchObject({ id: made.token.id, authentication_code: code, identifier });
      data(await crm.root.post(show, byIdentifier({ identifier, passCode: 'another' })));
    });

    it('changes a record in any state, and leaves its state as it is', async () => {
      const { code } = await make(crm.root);
      data(await crm.root.post('access_tokens/set_as_not_effective', byCode(code)));
      const changed = await update({ ...byCode(code), authentication_code: null });
      expect(changed.life_cycle_state).toBe('NOT_EFFECTIVE');
    });

    it.each<[string, Members]>([
      ['nothing', {}],
      ['its own code', { authentication_code: 'own' }],
      ['only what cannot be changed here', { id: 'x', number: 7, token_id: 'x' }],
    ])('changes nothing, not even updated_date, when given %s', async (_what, more) => {
      crm.server.clock.freeze();
      const { code, token } = await make(crm.root);
      crm.server.clock.advance(5000);
      const members = more.authentication_code === 'own' ? { authentication_code: code } : more;
      const changed = await unchanged(crm.server, () => update({ ...byCode(code), ...members }));
      expect(changed).toEqual(token);
      crm.server.clock.reset();
    });

    it('shows who changed it and when, and writes one audit row', async () => {
      crm.server.clock.freeze();
      const { code, token } = await make(crm.root);
      const { length } = await auditRows(crm.server);
      crm.server.clock.advance(5000);
      const { log_information: log } = await update({ ...byCode(code), authentication_code: unique('code') });
      expect(log.created_date).toBe(token.log_information.created_date);
      expect(new Date(log.updated_date).getTime() - new Date(log.created_date).getTime()).toBe(5000);
      const rows = (await auditRows(crm.server)).slice(length);
      expect(rows).toMatchObject([{ action: 'token.updated', targetType: 'token' }]);
      crm.server.clock.reset();
    });

    it('frees the old code and identifier for others', async () => {
      const made = await make(crm.root);
      await update({ ...byCode(made.code), authentication_code: null, identifier: unique('other'), pass_code: 'x' });
      const { token } = await make(crm.root, { authentication_code: made.code, identifier: made.identifier });
      expect(token.id).not.toBe(made.token.id);
    });
  });

  describe('errors', () => {
    itNeedsAToken(crm, method);
    itNeedsOneIdentifier(crm, PATH, { authentication_code: 'never-taken' });

    it('refuses an empty code', async () => {
      const { code } = await make(crm.root);
      await unchanged(crm.server, async () => {
        const reply = await crm.root.post(PATH, { ...byCode(code), authentication_code: '' });
        expect(failure(reply, ERROR.invalid)).toContain('authentication_code');
      });
    });

    it.each([
      ['code', ERROR.codeTaken],
      ['identifier', ERROR.identifierTaken],
    ])('refuses a %s of another record and changes nothing', async (what, error) => {
      const [mine, other] = [await make(crm.root), await make(crm.root)];
      const taken =
        what === 'code'
          ? { authentication_code: other.code, identifier: unique('identifier'), pass_code: 'new' }
          : { authentication_code: unique('code'), identifier: other.identifier, pass_code: other.passCode };
      await unchanged(crm.server, async () => {
        failure(await crm.root.post(PATH, { ...byCode(mine.code), ...taken }), error);
      });
      expect(data(await crm.root.post(show, byIdentifier(mine)))).toEqual(mine.token);
    });

    it.each([
      ['authentication_code', 7],
      ['authentication_code', ['x']],
      ['identifier', 7],
      ['identifier', {}],
      ['pass_code', 7],
      ['pass_code', true],
      ['pass_code', 'x'.repeat(73)],
      ['identifier', 'x'.repeat(256)],
      ['authentication_code', 'x'.repeat(256)],
    ])('refuses a %s that is not valid text (%j)', async (name, value) => {
      const { code } = await make(crm.root);
      const others: Members = name === 'identifier' ? { pass_code: 'new' } : {};
      await unchanged(crm.server, async () => {
        const reply = await crm.root.post(PATH, { ...byCode(code), ...others, [name]: value });
        expect(failure(reply, ERROR.invalid)).toContain(name);
      });
    });

    it('reports a missing pass code before the record is looked up', async () => {
      const members = { access_token_identifier: { identifier: unique('unknown') }, identifier: 'x' };
      expect(failure(await crm.root.post(PATH, members), ERROR.missing)).toContain('pass_code');
    });
  });
});
