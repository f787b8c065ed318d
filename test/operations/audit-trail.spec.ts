import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Application } from 'express';
import { AuditRecord } from '../../src/core/index.js';
import { routesOf } from '../../src/http/index.js';
import { onBothEngines } from '../support/engines.js';
import type { Reply } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { driveLatchkey } from './latchkey-trail.js';
import { ADDRESS, SOME_ID, Trail, type Call, type Row } from './trail.js';

const CANVUS = '/api/v1';
const CLOUDFLARE = '/client/v4';
const CRM = '/crmapi/rest/v2';

/** Requests that change nothing, although their method could. */
const READS = ['show', 'list'].map((method) => `POST ${CRM}/access_tokens/${method}`);
const NOT_SERVED = [
  'users/register',
  'users/confirm-email',
  'users/login/saml',
  'users/password/create-reset-token',
  'users/password/reset',
  'license',
  'license/activate',
  'server-config/send-test-email',
].map((path) => `POST ${CANVUS}/${path}`);

async function driveDataPlane(trail: Trail): Promise<void> {
  const token = ADMIN.token;
  const issued: Row[] = [['token.issued', 1000, 'token', SOME_ID]];
  const at = { id: 1000 };
  const created = await trail.call(
    `POST ${CANVUS}/users/:id/access-tokens`,
    { token, at, body: { description: 'to be revoked' } },
    issued,
  );
  const form = { token: trail.secret(created.json<{ plain_token: string }>().plain_token) };
  await trail.call('POST /oauth2/introspect', { token, form }, []);
  await trail.call('POST /oauth2/revoke', { token, form }, [['token.revoked', 1000, 'token', SOME_ID]]);
}

interface Login {
  token: string;
  user: { id: number };
}

async function driveCanvus(trail: Trail): Promise<void> {
  const token = ADMIN.token;
  const by = (action: string, id: number | null): Row => [action, 1000, 'user', id === null ? null : String(id)];
  const password = trail.secret('her first password');
  const email = 'audited@example.com';
  const users = `${CANVUS}/users`;

  const created = await trail.call(
    `POST ${users}`,
    { token, body: { email, name: 'Her', password, approved: false } },
    [by('user.created', 1001)],
  );
  const { id } = created.json<{ id: number }>();
  const at = { id };
  await trail.call(`POST ${users}/:id/approve`, { token, at }, [by('user.approved', id)]);
  await trail.call(`POST ${users}/:id/block`, { token, at }, [by('user.blocked', id)]);
  await trail.call(`POST ${users}/:id/unblock`, { token, at }, [by('user.unblocked', id)]);
  await trail.call(`PATCH ${users}/:id`, { token, at, body: { name: 'Herself', blocked: false } }, [
    by('user.updated', id),
  ]);

  const opened: Row[] = [['user.logged_in', id, 'user', String(id)]];
  const login = `POST ${users}/login`;
  const session = (await trail.call(login, { body: { email, password } }, opened)).json<Login>();
  trail.secret(session.token);
  expect(trail.rows.map(({ authorName }) => authorName)).toEqual(['Herself']);
  const exchanged = (await trail.call(login, { body: { token: session.token } }, opened)).json<Login>();
  trail.secret(exchanged.token);
  expect(trail.rows.at(-1)?.details).toMatchObject({ method: 'token', dialect: 'user' });
  const failed: Row[] = [['user.login_failed', null, 'user', null]];
  await trail.call(login, { body: { email, password: trail.secret('a wrong guess') } }, failed);
  expect(trail.rows[0]).toMatchObject({ targetName: email, details: { method: 'password', dialect: 'user' } });
  await trail.call(login, { body: { token: trail.secret('NobodysNobodysNobodysNobodysNobodysNobody-_') } }, failed);
  expect(trail.rows[0]).toMatchObject({ targetName: null, details: { method: 'token', dialect: 'user' } });
  await trail.call(login, { body: { email: trail.secret('a password in the wrong field'), password } }, failed);

  const ownPassword = (current: string): Call => ({
    at,
    token: session.token,
    body: { current_password: current, new_password: trail.secret('her second password') },
  });
  await trail.call(`POST ${users}/:id/password`, ownPassword(trail.secret('not her password')), [
    ['user.password_change_failed', id, 'user', String(id)],
  ]);
  await trail.call(`POST ${users}/:id/password`, ownPassword(password), [
    ['user.password_changed', id, 'user', String(id)],
  ]);
  const body = { new_password: trail.secret('one that the administrator gave her') };
  await trail.call(`POST ${users}/:id/password`, { token, at, body }, [by('user.password_changed', id)]);

  const again = (await trail.call(login, { body: { email, password: body.new_password } }, opened)).json<Login>();
  trail.secret(again.token);
  await trail.call(`POST ${users}/logout`, { token: again.token }, [['user.logged_out', id, 'user', String(id)]]);

  const issued = await trail.call(`POST ${users}/:id/access-tokens`, { token, at, body: { description: 'd' } }, [
    ['token.issued', 1000, 'token', SOME_ID],
  ]);
  const made = issued.json<{ id: string; plain_token: string }>();
  trail.secret(made.plain_token);
  const tokenId = String(trail.rows[0]?.targetId);
  const one = { token, at: { ...at, tokenId: made.id } };
  await trail.call(`PATCH ${users}/:id/access-tokens/:tokenId`, { ...one, body: { description: 'e' } }, [
    ['token.updated', 1000, 'token', tokenId],
  ]);
  await trail.call(`DELETE ${users}/:id/access-tokens/:tokenId`, one, [['token.revoked', 1000, 'token', tokenId]]);

  await driveGroups(trail, id);
  await trail.call(`PATCH ${CANVUS}/server-config`, { token, body: { server_name: 'Audited' } }, [
    ['server.settings_changed', 1000, 'server', null],
  ]);
  await trail.call(`DELETE ${users}/:id`, { token, at }, [by('user.deleted', id)]);
  for (const route of NOT_SERVED) await trail.call(route, { body: { password: trail.secret('never asked for') } }, []);
}

async function driveGroups(trail: Trail, userId: number): Promise<void> {
  const token = ADMIN.token;
  const groups = `${CANVUS}/groups`;
  const by = (action: string): Row[] => [[action, 1000, 'group', SOME_ID]];
  const created = await trail.call(`POST ${groups}`, { token, body: { name: 'Audited' } }, by('group.created'));
  const at = { groupId: created.json<{ id: number }>().id };
  await trail.call(`PATCH ${groups}/:groupId`, { token, at, body: { name: 'Renamed' } }, by('group.updated'));
  const member = { token, at: { ...at, memberId: userId } };
  const body = { id: userId };
  await trail.call(`POST ${groups}/:groupId/members`, { token, at, body }, by('group.member_added'));
  await trail.call(`DELETE ${groups}/:groupId/members/:memberId`, member, by('group.member_removed'));
  await trail.call(`DELETE ${groups}/:groupId`, { token, at }, by('group.deleted'));
}

interface Result<T> {
  result: T;
}

async function driveCloudflare(trail: Trail): Promise<void> {
  const token = ADMIN.token;
  const accounts = `${CLOUDFLARE}/accounts`;
  const created = await trail.call(`POST ${accounts}`, { token, body: { name: 'Audited' } }, [
    ['account.created', 1000, 'account', SOME_ID],
  ]);
  const { id: accountId } = created.json<Result<{ id: string }>>().result;
  const account = (action: string): Row => [action, 1000, 'account', accountId];
  await trail.call(`PUT ${accounts}/:accountId`, { token, at: { accountId }, body: { name: 'Renamed' } }, [
    account('account.updated'),
  ]);

  const members = `${accounts}/:accountId/members`;
  const membership = { email: ADMIN.email, roles: ['read_only'] };
  const added = await trail.call(`POST ${members}`, { token, at: { accountId }, body: membership }, [
    ['membership.added', 1000, 'membership', SOME_ID],
  ]);
  const { id: memberId } = added.json<Result<{ id: string }>>().result;
  const member = { token, at: { accountId, memberId } };
  await trail.call(`PUT ${members}/:memberId`, { ...member, body: { roles: ['administrator'] } }, [
    ['membership.updated', 1000, 'membership', memberId],
  ]);
  await trail.call(`DELETE ${members}/:memberId`, member, [['membership.removed', 1000, 'membership', memberId]]);

  const inAccount: Place = { prefix: `${accounts}/:accountId`, at: { accountId }, accountId };
  await driveServiceTokens(trail, inAccount);
  await driveApplications(trail, inAccount);
  const organization: Row[] = [['organization.created', 1000, 'organization', accountId]];
  const organizationBody = { name: 'Acme', auth_domain: 'acme.example.com' };
  const organizations = `${inAccount.prefix}/access/organizations`;
  const inOrganization = { token, at: { accountId } };
  await trail.call(`POST ${organizations}`, { ...inOrganization, body: organizationBody }, organization);
  await driveOrganizations(trail, inAccount);

  const zoneBody = { name: 'example.com', account: { id: accountId } };
  const made = await trail.call(`POST ${CLOUDFLARE}/zones`, { token, body: zoneBody }, [
    ['zone.created', 1000, 'zone', SOME_ID],
  ]);
  const { id: zoneId } = made.json<Result<{ id: string }>>().result;
  const inZone: Place = { prefix: `${CLOUDFLARE}/zones/:zoneId`, at: { zoneId }, accountId };
  await driveServiceTokens(trail, inZone);
  await driveApplications(trail, inZone);
  // The organisation is that of the account, and exists.
  const again = { token, at: { zoneId }, body: organizationBody };
  await trail.call(`POST ${inZone.prefix}/access/organizations`, again, []);
  await driveOrganizations(trail, inZone);
  await trail.call(`DELETE ${CLOUDFLARE}/zones/:zoneId`, { token, at: { zoneId } }, [
    ['zone.deleted', 1000, 'zone', zoneId],
  ]);

  await trail.call(`DELETE ${accounts}/:accountId`, { token, at: { accountId } }, [account('account.deleted')]);
}

/** Where applications and service tokens are found: in an account, or in one of its zones. */
interface Place {
  readonly prefix: string;
  readonly at: Record<string, string>;
  readonly accountId: string;
}

async function driveServiceTokens(trail: Trail, { prefix, at, accountId }: Place): Promise<void> {
  const { token } = ADMIN;
  const tokens = `${prefix}/access/service_tokens`;
  const secretOf = (reply: Reply): string => {
    const { result } = reply.json<Result<{ id: string; client_secret: string }>>();
    trail.secret(result.client_secret);
    return result.id;
  };
  const tokenId = secretOf(
    await trail.call(`POST ${tokens}`, { token, at, body: { name: 'CI' } }, [['token.issued', 1000, 'token', SOME_ID]]),
  );
  const one = { token, at: { ...at, tokenId } };
  const change = (action: string): Row[] => [[action, 1000, 'token', tokenId]];
  await trail.call(`PUT ${tokens}/:tokenId`, { ...one, body: { name: 'CD' } }, change('token.updated'));
  secretOf(await trail.call(`POST ${tokens}/:tokenId/rotate`, one, change('token.rotated')));
  await trail.call(`POST ${tokens}/:tokenId/refresh`, one, change('token.updated'));
  await trail.call(`DELETE ${tokens}/:tokenId`, one, change('token.revoked'));
  expect(trail.rows[0]).toMatchObject({ targetName: 'CD', accountId });
}

async function driveApplications(trail: Trail, place: Place): Promise<void> {
  const { token } = ADMIN;
  const { prefix, at, accountId } = place;
  const applications = `${prefix}/access/apps`;
  const body = { name: 'Wiki', type: 'self_hosted', domain: 'wiki.example.com' };
  const made = await trail.call(`POST ${applications}`, { token, at, body }, [
    ['application.created', 1000, 'application', SOME_ID],
  ]);
  const { id: applicationId } = made.json<Result<{ id: string }>>().result;
  const one = { token, at: { ...at, applicationId } };
  const change = (action: string): Row[] => [[action, 1000, 'application', applicationId]];
  const renamed = { ...one, body: { ...body, name: 'Handbook' } };
  await trail.call(`PUT ${applications}/:applicationId`, renamed, change('application.updated'));
  await drivePolicies(trail, `${applications}/:applicationId/policies`, one.at, change('application.updated'));
  if ('accountId' in at) await drivePolicies(trail, `${prefix}/access/policies`, at);
  await trail.call(`DELETE ${applications}/:applicationId`, one, change('application.deleted'));
  expect(trail.rows[0]).toMatchObject({ targetName: 'Handbook', accountId });
}

/** @param listed - what is noted when the list of an application's policies changes */
async function drivePolicies(
  trail: Trail,
  policies: string,
  at: Record<string, string>,
  listed: Row[] = [],
): Promise<void> {
  const { token } = ADMIN;
  const body = { name: 'CI', decision: 'non_identity', include: [{ any_valid_service_token: {} }] };
  const made = await trail.call(`POST ${policies}`, { token, at, body }, [
    ['policy.created', 1000, 'policy', SOME_ID],
    ...listed,
  ]);
  const { id: policyId } = made.json<Result<{ id: string }>>().result;
  const one = { token, at: { ...at, policyId } };
  await trail.call(`PUT ${policies}/:policyId`, { ...one, body: { ...body, name: 'CD' } }, [
    ['policy.updated', 1000, 'policy', policyId],
  ]);
  await trail.call(`DELETE ${policies}/:policyId`, one, [['policy.deleted', 1000, 'policy', policyId], ...listed]);
}

async function driveOrganizations(trail: Trail, { prefix, at, accountId }: Place): Promise<void> {
  const { token } = ADMIN;
  const updated: Row[] = [['organization.updated', 1000, 'organization', accountId]];
  const path = `${prefix}/access/organizations`;
  for (const [method, name] of [
    ['PUT', `by PUT in ${prefix}`],
    ['PATCH', `by PATCH in ${prefix}`],
  ]) {
    const body = { name, auth_domain: 'acme.example.com' };
    await trail.call(`${String(method)} ${path}`, { token, at, body }, updated);
  }
}

interface Data<T> {
  data: T;
}

async function driveCrm(trail: Trail): Promise<void> {
  const login = `POST ${CRM}/authentication/token`;
  const credentials = { username: ADMIN.email, password: ADMIN.password, organisation: ACCOUNT.name };
  const opened: Row[] = [['user.logged_in', 1000, 'user', '1000']];
  const { token } = (await trail.call(login, { body: credentials }, opened)).json<Data<{ token: string }>>().data;
  trail.secret(token);
  expect(trail.rows.at(-1)?.details).toMatchObject({ method: 'password', dialect: 'crm' });
  await trail.call(`POST ${CRM}/authentication/web_api_key/token`, { body: {} }, []);
  const failed: Row[] = [['user.login_failed', null, 'user', null]];
  await trail.call(login, { body: { ...credentials, password: trail.secret('another wrong guess') } }, failed);
  expect(trail.rows[0]).toMatchObject({ targetName: ADMIN.email, details: { dialect: 'crm' } });
  // The row is the same as before.
  await trail.call(login, { body: { ...credentials, organisation: 'No such one' } }, []);
  expect(
    await trail.server.dataSource.getRepository(AuditRecord).find({ order: { id: 'DESC' }, take: 1 }),
  ).toMatchObject([{ action: 'user.login_failed', occurrences: 2 }]);

  const methods = `POST ${CRM}/access_tokens`;
  const names = {
    authentication_code: trail.secret('CODE-THAT-ADMITS'),
    identifier: 'card-4711@example.com',
    pass_code: trail.secret('pass-code-1'),
  };
  await trail.call(`${methods}/create`, { body: { token, ...names } }, [['token.issued', 1000, 'token', SOME_ID]]);
  const change: Row[] = [['token.updated', 1000, 'token', String(trail.rows[0]?.targetId)]];
  const { identifier, pass_code: passCode } = names;
  const named = (code = passCode): object => ({ token, access_token_identifier: { identifier, pass_code: code } });
  const newCode = { authentication_code: trail.secret('ANOTHER-CODE-THAT-ADMITS') };
  await trail.call(`${methods}/update`, { body: { ...named(), ...newCode } }, change);
  await trail.call(`${methods}/set_as_not_effective`, { body: named() }, change);
  await trail.call(`${methods}/set_as_effective`, { body: named() }, change);
  const reset = await trail.call(`${methods}/reset_pass_code`, { body: { token, identifier } }, change);
  trail.secret(reset.json<Data<{ random_pass_code: string }>>().data.random_pass_code);
  // Not a login: the caller has already logged in.
  await trail.call(`${methods}/show`, { body: named(trail.secret('a wrong pass code')) }, [
    ['token.pass_code_refused', 1000, 'token', null],
  ]);
  const byKey = { key: ADMIN.token, body: { access_token_identifier: newCode } };
  const consumer = (await trail.call(`POST ${CRM}/authentication/consumer_application_key/token`, byKey, opened)).json<
    Data<{ token: string }>
  >().data;
  trail.secret(consumer.token);
  expect(trail.rows.at(-1)?.details).toMatchObject({ method: 'token', dialect: 'crm_consumer' });
  const ownCode = { token: consumer.token, pass_code: trail.secret('a pass code of their own') };
  await trail.call(`${methods}/change_pass_code`, { body: ownCode }, change);
  await trail.call(`${methods}/list`, { body: { token, number: 5 } }, []);
  await trail.call(`POST ${CRM}/authentication/token/release`, { body: { token } }, [
    ['user.logged_out', 1000, 'user', '1000'],
  ]);
}

/** A secret in the encodings in which it could be written, and its digest. */
function writings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const digest = createHash('sha256').update(bytes).digest();
  return [
    secret,
    ...[bytes, digest].flatMap((each) => [
      each.toString('hex'),
      each.toString('base64').replace(/=+$/, ''),
      each.toString('base64url'),
    ]),
  ];
}

onBothEngines('the audit log', (engine) => {
  let server: TestServer;
  let trail: Trail;

  beforeAll(async () => {
    server = await startServer(engine, { TRUST_PROXY: '1' });
    trail = new Trail(server);
  });
  afterAll(() => server.close());

  describe('has a row, with author, address and target, for everything that is done', () => {
    it('through Canvus', () => driveCanvus(trail));
    it('through Cloudflare', () => driveCloudflare(trail));
    it('through CRM.COM', () => driveCrm(trail));
    it('through Latchkey’s own API', () => driveLatchkey(trail));
    it('through the data plane', () => driveDataPlane(trail));
  });

  it('covers every route that can change something', () => {
    const express = server.app.getHttpAdapter().getInstance() as Application;
    const changing = routesOf(express)
      .filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method))
      .map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(changing)].sort()).toEqual([...trail.called].sort());
    expect([...trail.called]).toEqual(expect.arrayContaining([...READS, ...NOT_SERVED]));
  });

  it('contains none of the secrets that were used, in any encoding', async () => {
    const rows = await server.dataSource.query<unknown[]>('SELECT * FROM latchkey_audit');
    const text = JSON.stringify(rows);
    for (const name of ['audited@example.com', 'Herself', 'personal_token', ADDRESS]) expect(text).toContain(name);
    expect(trail.secrets.size).toBeGreaterThan(20);
    const found = [...trail.secrets].filter((secret) => writings(secret).some((writing) => text.includes(writing)));
    expect(found).toEqual([]);
  });
});
