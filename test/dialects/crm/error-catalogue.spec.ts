/** Every error of the catalogue, provoked over HTTP: with HTTP 200 by default, and its own status on request. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOGUE, type CrmErrorName } from '../../../src/dialects/crm/crm.error-catalogue.js';
import { TokenListing } from '../../../src/core/index.js';
import { AccessToken } from '../../../src/dialects/crm/index.js';
import { onBothEngines } from '../../support/engines.js';
import type { Reply } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import { addTokens } from './many-tokens.js';
import { startWithOutage, type Outage } from './outage.js';
import { actors, byCode, data, failure, make, unique, type Crm } from './support.js';

interface Wire {
  /** Without prefix and suffix (docs/contracts/crm.md §6). */
  readonly code: string;
  readonly status: number;
  /** Whether it is the same by default: for errors of the transport, and of an unavailable server. */
  readonly always?: true;
  /** A header that comes with it. */
  readonly header?: readonly [name: string, value: RegExp];
}

/** The catalogue as clients must see it. */
const WIRE: Record<CrmErrorName, Wire> = {
  invalidToken: { code: 'SECURITY.INVALIDTOKEN', status: 401 },
  invalidCredentials: { code: 'SECURITY.INVALIDCREDENTIALS', status: 401 },
  notPermitted: { code: 'SECURITY.OPERATIONNOTPERMITTED', status: 403 },
  tooManyFailedLogins: { code: 'SECURITY.TOOMANYFAILEDLOGINS', status: 429, header: ['retry-after', /^[1-9]\d*$/] },
  foreignPage: { code: 'SECURITY.FOREIGNPAGE', status: 403, always: true },
  parameterMissing: { code: 'GENERAL.MANDATORYPARAMETERMISSING', status: 400 },
  semiOptional: { code: 'GENERAL.SEMIOPTIONALPARAMETERS', status: 400 },
  invalidParameter: { code: 'GENERAL.INVALIDPARAMETER', status: 400 },
  invalidRequest: { code: 'GENERAL.INVALIDREQUEST', status: 400 },
  methodNotFound: { code: 'GENERAL.METHODNOTFOUND', status: 404, always: true },
  methodNotAllowed: { code: 'GENERAL.METHODNOTALLOWED', status: 405, always: true, header: ['allow', /^POST$/] },
  tokenNotFound: { code: 'ACCESSTOKENS.ACCESSTOKENNOTFOUND', status: 404 },
  codeTaken: { code: 'ACCESSTOKENS.AUTHENTICATIONCODEALREADYEXISTS', status: 409 },
  identifierTaken: { code: 'ACCESSTOKENS.IDENTIFIERALREADYEXISTS', status: 409 },
  invalidState: { code: 'ACCESSTOKENS.INVALIDLIFECYCLESTATE', status: 409 },
  tooManyAtOnce: { code: 'GENERAL.TOOMANYREQUESTS', status: 429, header: ['retry-after', /^[1-9]\d*$/] },
  concurrentChange: { code: 'GENERAL.CONCURRENTCHANGE', status: 409 },
  unavailable: { code: 'GENERAL.UNAVAILABLE', status: 503, always: true, header: ['retry-after', /^[1-9]\d*$/] },
  unexpected: { code: 'GENERAL.UNEXPECTED', status: 500 },
};

type Target = Crm & { outage: Outage };

const login = (crm: Target, email: string): Promise<Reply> =>
  crm.anonymous.post('authentication/token', { username: email, password: 'wrong', organisation: 'Acme' });

/** Replaces every change of an access token by a failure, while the work runs. */
async function whileChangesFail(crm: Target, how: 'skipped' | 'broken', work: () => Promise<Reply>): Promise<Reply> {
  const { dataSource, engine } = crm.server;
  const body = {
    sqlite: { skipped: 'SELECT RAISE(IGNORE);', broken: `SELECT RAISE(ABORT, 'a secret of the database');` },
    postgres: { skipped: 'RETURN NULL;', broken: `RAISE EXCEPTION 'a secret of the database';` },
  }[engine][how];
  if (engine === 'postgres') {
    await dataSource.query(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$`);
    await dataSource.query('CREATE TRIGGER fail BEFORE UPDATE ON latchkey_token FOR EACH ROW EXECUTE FUNCTION fail()');
  } else {
    await dataSource.query(`CREATE TRIGGER fail BEFORE UPDATE ON latchkey_token BEGIN ${body} END`);
  }
  try {
    return await work();
  } finally {
    await dataSource.query(engine === 'postgres' ? 'DROP FUNCTION fail CASCADE' : 'DROP TRIGGER fail');
  }
}

async function changeWhileFailing(crm: Target, how: 'skipped' | 'broken'): Promise<Reply> {
  const { code } = await make(crm.root);
  return whileChangesFail(crm, how, () =>
    crm.root.post('access_tokens/update', { ...byCode(code), authentication_code: null }),
  );
}

const create = (crm: Target, members: Record<string, unknown>): Promise<Reply> =>
  crm.root.post('access_tokens/create', { identifier: unique('identifier'), pass_code: 'pass', ...members });

const PROVOKED: Record<CrmErrorName, (crm: Target) => Promise<Reply>> = {
  invalidToken: (crm) => crm.anonymous.post('access_tokens/show', byCode('a')),
  invalidCredentials: (crm) => login(crm, 'nobody@example.com'),
  notPermitted: async (crm) => (await crm.member('read_only')).post('access_tokens/create'),
  foreignPage: (crm) => crm.anonymous.post('authentication/token', {}, { headers: { 'Sec-Fetch-Site': 'cross-site' } }),
  tooManyFailedLogins: async (crm) => {
    for (const _time of [1, 2]) await login(crm, 'guessed@example.com');
    return login(crm, 'guessed@example.com');
  },
  parameterMissing: (crm) => crm.root.post('access_tokens/show'),
  semiOptional: (crm) => crm.root.post('access_tokens/show', { access_token_identifier: {} }),
  invalidParameter: (crm) => crm.root.post('access_tokens/list', { number: -1 }),
  invalidRequest: (crm) => crm.root.postText('access_tokens/list', '[]'),
  methodNotFound: (crm) => crm.root.post('access_tokens/delete'),
  methodNotAllowed: (crm) => crm.root.get('access_tokens/create'),
  tokenNotFound: (crm) => crm.root.post('access_tokens/show', byCode('nobody')),
  codeTaken: async (crm) => create(crm, { authentication_code: (await make(crm.root)).code }),
  identifierTaken: async (crm) => create(crm, { identifier: (await make(crm.root)).identifier }),
  invalidState: async (crm) => crm.root.post('access_tokens/set_as_effective', byCode((await make(crm.root)).code)),
  tooManyAtOnce: async (crm) => {
    const { id, root } = await crm.organisation();
    await addTokens(crm.server, id, 401);
    const another = crm.server.app.get(TokenListing).ofAccount(ADMIN.id, AccessToken, id);
    for (const _batch of [1, 2]) await another.next();
    try {
      return await root.post('access_tokens/list', { number: 2000 });
    } finally {
      await another.return();
    }
  },
  concurrentChange: (crm) => changeWhileFailing(crm, 'skipped'),
  unavailable: async (crm) => {
    await crm.outage.begin();
    try {
      return await create(crm, {});
    } finally {
      await crm.outage.end();
    }
  },
  unexpected: (crm) => changeWhileFailing(crm, 'broken'),
};

onBothEngines('error catalogue', (engine) => {
  const [byDefault, byStatus] = [{} as Target, {} as Target];

  beforeAll(async () => {
    for (const [crm, httpErrors] of [[byDefault, ''] as const, [byStatus, 'status'] as const]) {
      const outage = await startWithOutage(engine, {
        CRM_HTTP_ERRORS: httpErrors,
        LOGIN_FAILURES_PER_ACCOUNT: '2',
        LONG_LISTS_PER_USER: '1',
      });
      const everybody = actors(outage.server);
      Object.assign(crm, everybody, { outage, root: await everybody.login(ADMIN) });
    }
  });

  afterAll(async () => {
    await byDefault.server.close();
    await byStatus.server.close();
  });

  it('is complete, and every code has the documented form', () => {
    expect(Object.keys(WIRE).sort()).toEqual(Object.keys(CATALOGUE).sort());
    for (const { code } of Object.values(CATALOGUE))
      expect(code).toMatch(/^COM\.CRM\.EXCEPTION\.[A-Z]+\.[A-Z]+EXCEPTION$/);
    expect(new Set(Object.values(CATALOGUE).map(({ code }) => code)).size).toBe(Object.keys(CATALOGUE).length);
  });

  describe.each(Object.entries(WIRE))('%s', (name, { code, status, always, header }) => {
    const provoke = PROVOKED[name as CrmErrorName];

    it(`is ${code} with HTTP ${String(always ? status : 200)} by default, with ${String(status)} where asked for`, async () => {
      const [ordinary, withStatus] = await Promise.all([provoke(byDefault), provoke(byStatus)]);
      failure(ordinary, code, always ? status : 200);
      failure(withStatus, code, status);
      expect(withStatus.text).toBe(ordinary.text);
      expect(ordinary.text).not.toContain('a secret of the database');
      if (header) for (const { headers } of [ordinary, withStatus]) expect(headers[header[0]]).toMatch(header[1]);
    });

    it('leaves a working server', async () => {
      for (const crm of [byDefault, byStatus]) data(await crm.root.get('access_tokens/list', { number: '1' }));
    });
  });

  it('has its errors in one table, without the status of successes', async () => {
    const { code } = await make(byStatus.root);
    data(await byStatus.root.post('access_tokens/show', byCode(code)));
  });

  describe('order of checks', () => {
    const broken = '{"token":';

    it('checks the path first, then the verb, then the JSON, then the token', async () => {
      failure(await byDefault.root.postText('access_tokens/verify', broken), WIRE.methodNotFound.code, 404);
      failure(
        await byDefault.root.postText('access_tokens/get_not_associated', broken),
        WIRE.methodNotAllowed.code,
        405,
      );
      failure(await byDefault.root.postText('access_tokens/create', broken), WIRE.invalidRequest.code);
      failure(await byDefault.anonymous.postText('access_tokens/create', '{}'), WIRE.invalidToken.code);
    });

    it.each(['PUT', 'DELETE', 'PATCH'])('refuses %s', async (method) => {
      const reply = await fetch(`${byDefault.server.baseUrl}/crmapi/rest/v2/access_tokens/show`, { method });
      expect(reply.status).toBe(405);
      expect(reply.headers.get('allow')).toBe('GET, HEAD, POST');
      expect(await reply.json()).toMatchObject({ status: { code: expect.stringContaining('METHODNOTALLOWED') } });
    });

    it.each([
      '',
      '/',
      '/access_tokens',
      '/access_tokens/show/1',
      '/access_tokens/%zz',
      '/authentication/device_application_key/token',
    ])('answers the unknown path "%s" in its own form', async (path) => {
      const reply = await byDefault.root.postText(path.slice(1), '{}');
      failure(reply, WIRE.methodNotFound.code, 404);
    });
  });
});
