/** What the code of a host can do with tokens of every kind. */
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  DomainError,
  MembershipService,
  SYSTEM,
  Secret,
  TokenRequestError,
  UserService,
  Verifier,
  type IssuedToken,
  type TokenToIssue,
} from '../../src/index.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { ACCOUNT } from '../support/test-server.js';
import { startTokensHost, verifiedBy, type TokensHost } from './tokens-host.js';

const SERVICE = { kind: 'service_token', account: ACCOUNT.id, name: 'robot' } as const;
const DAY = 86_400_000;

onBothEngines('tokens that a host manages', (engine) => {
  let database: TestDatabase;
  let host: TokensHost;
  /** A user without any rights, and one who manages the account. */
  let anna: number;
  let otto: number;

  beforeAll(async () => {
    database = await createDatabase(engine);
    host = await startTokensHost(database);
    const user = async (email: string): Promise<number> => {
      const made = await host.app
        .get(UserService)
        .create(SYSTEM, { email, name: email, password: new Secret('correct horse battery'), approved: true });
      return made.id;
    };
    anna = await user('anna@example.com');
    otto = await user('otto@example.com');
    await host.app.get(MembershipService).add(SYSTEM, ACCOUNT.id, otto, 'administrator');
  });
  afterAll(async () => {
    await host.close();
    await database.drop();
  });

  const lifetimeOf = ({ token: { createdAt, expiresAt } }: IssuedToken): number | null =>
    expiresAt && Math.round((expiresAt.getTime() - createdAt.getTime()) / DAY);

  it('are issued for an account or a user, with the secret once, and verified', async () => {
    const service = await host.tokens.issue({ ...SERVICE, expiresIn: '30d' });
    const personal = await host.tokens.issue({ kind: 'personal_token', owner: anna, name: 'laptop' });
    expect(service.token).toMatchObject({
      kind: 'service_token',
      name: 'robot',
      account: ACCOUNT.id,
      owner: null,
      createdBy: null,
      state: 'active',
      version: 1,
      overlap: null,
      clientId: service.headers()['CF-Access-Client-Id'],
    });
    expect(service.headers()['CF-Access-Client-Secret']).toBe(service.secret.reveal());
    expect(personal.token).toMatchObject({ owner: String(anna), account: null, clientId: null, expiresAt: null });
    expect([lifetimeOf(service), await verifiedBy(host, service), await verifiedBy(host, personal)]).toEqual([
      30, 200, 200,
    ]);
    for (const text of [JSON.stringify(service), inspect(service, { depth: 9 })]) {
      expect(text).not.toContain(service.secret.reveal());
    }
  });

  it('last a year for accounts, for ever for users, or as the host says', async () => {
    const lasting = async (wanted: Partial<TokenToIssue>): Promise<number | null> =>
      lifetimeOf(await host.tokens.issue({ ...SERVICE, ...wanted }));
    expect(await lasting({})).toBe(365);
    expect(await lasting({ expiresAt: null })).toBeNull();
    expect(await lasting({ expiresAt: new Date(Date.now() + 2 * DAY) })).toBe(2);
    expect(await lasting({ expiresIn: '2w' })).toBe(14);
  });

  it('are rotated with an overlap, which can be ended', async () => {
    const issued = await host.tokens.issue(SERVICE);
    const { id } = issued.token;
    const rotated = await host.tokens.rotate(id, { overlap: '1h' });
    expect(rotated.token.overlap?.endsAt.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
    expect([await verifiedBy(host, issued), await verifiedBy(host, rotated)]).toEqual([200, 200]);
    expect((await host.tokens.endOverlap(id)).overlap).toBeNull();
    expect([await verifiedBy(host, issued), await verifiedBy(host, rotated)]).toEqual([401, 200]);
    const again = await host.tokens.rotate(id);
    expect([await verifiedBy(host, rotated), await verifiedBy(host, again), again.token.version]).toEqual([
      401, 200, 3,
    ]);
    await expect(host.tokens.endOverlap(id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('have scopes, which can be changed', async () => {
    const { token } = await host.tokens.issue({ ...SERVICE, scopes: ['orders:read', 'orders:list'] });
    expect(token.scopes).toEqual(['orders:list', 'orders:read']);
    expect((await host.tokens.changeScopes(token.id, ['orders:read'])).scopes).toEqual(['orders:read']);
    expect((await host.tokens.changeScopes(token.id, null)).scopes).toBeNull();
    await expect(host.tokens.issue({ ...SERVICE, scopes: [] })).rejects.toMatchObject({ field: 'scopes' });
    await expect(host.tokens.changeScopes(token.id, ['a b'])).rejects.toMatchObject({ field: 'scopes' });
  });

  it('are found, renamed, renewed, disabled, enabled and revoked', async () => {
    const issued = await host.tokens.issue({ ...SERVICE, expiresIn: '1h' });
    const { id } = issued.token;
    expect(await host.tokens.find(id)).toEqual(issued.token);
    expect((await host.tokens.rename(id, 'another')).name).toBe('another');
    expect((await host.tokens.renew(id, { expiresAt: null })).expiresAt).toBeNull();
    expect((await host.tokens.renew(id, { expiresIn: '3d' })).expiresAt?.getTime()).toBeGreaterThan(
      Date.now() + 2 * DAY,
    );
    expect((await host.tokens.disable(id)).state).toBe('disabled');
    expect(await verifiedBy(host, issued)).toBe(401);
    expect((await host.tokens.enable(id)).state).toBe('active');
    expect(await verifiedBy(host, issued)).toBe(200);
    await host.tokens.revoke(id);
    expect([await verifiedBy(host, issued), await host.tokens.find(id)]).toEqual([401, null]);
    await expect(host.tokens.revoke(id)).rejects.toMatchObject({ code: 'token_not_found' });
  });

  it('are listed page by page, by what a host asks for', async () => {
    const made: string[] = [];
    for (const name of ['ada', 'bob the builder', 'cy']) {
      made.push((await host.tokens.issue({ kind: 'personal_token', owner: otto, name })).token.id);
    }
    const wanted = { owner: otto, order: 'oldest', limit: 2 } as const;
    const first = await host.tokens.list(wanted);
    const second = await host.tokens.list({ ...wanted, cursor: first.next ?? '' });
    expect([...first.tokens, ...second.tokens].map(({ id }) => id)).toEqual(made);
    expect([first.tokens.length, second.next]).toEqual([2, null]);
    const names = async (more: object): Promise<string[]> =>
      (await host.tokens.list({ owner: otto, ...more })).tokens.map(({ name }) => name);
    expect(await names({ search: 'THE BUILD' })).toEqual(['bob the builder']);
    expect(await names({ order: 'name' })).toEqual(['ada', 'bob the builder', 'cy']);
    expect(await names({ kind: 'service_token' })).toEqual([]);
    expect(await names({ state: ['disabled', 'expired'] })).toEqual([]);
    await expect(host.tokens.list({ ...wanted, owner: anna, cursor: first.next ?? '' })).rejects.toMatchObject({
      field: 'cursor',
    });
  });

  it('name whoever acts in the audit log, and belong to them as their creator', async () => {
    const authorOf = async (id: string): Promise<unknown> => {
      const [row] = await host.dataSource.query<unknown[]>(
        `SELECT author_id, author_name FROM latchkey_audit WHERE action = 'token.issued' AND target_id = '${id}'`,
      );
      return row;
    };
    const bySystem = (await host.tokens.as({ system: 'billing' }).issue(SERVICE)).token;
    const byOtto = (await host.tokens.as({ user: otto }).issue(SERVICE)).token;
    expect([bySystem.createdBy, byOtto.createdBy]).toEqual([null, String(otto)]);
    expect(await authorOf(bySystem.id)).toEqual({ author_id: null, author_name: 'billing' });
    expect(await authorOf(byOtto.id)).toEqual({ author_id: otto, author_name: 'otto@example.com' });
    expect((await host.tokens.list({ createdBy: otto })).tokens.map(({ id }) => id)).toEqual([byOtto.id]);
  });

  it('are out of reach for users who have no right to them', async () => {
    const { token } = await host.tokens.issue(SERVICE);
    const [asAnna, asOtto] = [host.tokens.as({ user: anna }), host.tokens.as({ user: otto })];
    expect(await asAnna.find(token.id)).toBeNull();
    expect(await asOtto.find(token.id)).toMatchObject({ id: token.id });
    await expect(asAnna.revoke(token.id)).rejects.toMatchObject({ code: 'token_not_found' });
    await expect(asAnna.issue(SERVICE)).rejects.toMatchObject({ field: 'account' });
    await expect(asAnna.issue({ kind: 'personal_token', owner: otto, name: 'his' })).rejects.toMatchObject({
      code: 'not_permitted',
    });
    const own = await asAnna.issue({ kind: 'personal_token', name: 'mine' });
    expect(own.token.owner).toBe(String(anna));
    const listed = await asAnna.list();
    expect(new Set(listed.tokens.map(({ owner }) => owner))).toEqual(new Set([String(anna)]));
  });

  it('can be managed on behalf of the caller of a request, by the rights of their token', async () => {
    const { secret } = await host.tokens.issue({ kind: 'personal_token', owner: otto, name: 'caller' });
    const verdict = await host.app.get(Verifier).verify({ secret }, { address: null });
    if (verdict.status !== 'valid') throw new Error('the token is not accepted');
    const made = await host.tokens.as(verdict).issue(SERVICE);
    expect(made.token.createdBy).toBe(String(otto));
    await host.tokens.revoke(verdict.token.id);
    await expect(host.tokens.as(verdict).issue(SERVICE)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('are refused with an error that says what is wrong', async () => {
    const wrong: readonly [Record<string, unknown>, string, RegExp][] = [
      [{ ...SERVICE, kind: 'coupon' }, 'kind', /personal_token, service_token/],
      [{ ...SERVICE, kind: 'access_token' }, 'kind', /personal_token, service_token/],
      [{ ...SERVICE, account: undefined }, 'account', /missing/],
      [{ ...SERVICE, account: 'nowhere' }, 'account', /no such account/],
      [{ ...SERVICE, owner: 1000 }, 'owner', /has no owner/],
      [{ kind: 'personal_token', name: 'a' }, 'owner', /name its owner/],
      [{ kind: 'personal_token', owner: 'x', name: 'a' }, 'owner', /not the id of a user/],
      [{ ...SERVICE, name: '' }, 'name', /1 to 350 characters|characters long/],
      [{ ...SERVICE, name: 'a\0b' }, 'name', /characters long/],
      [{ ...SERVICE, expiresIn: '1y' }, 'expiresIn', /30d/],
      [{ ...SERVICE, expiresIn: '1d', expiresAt: null }, 'expiresIn', /not both/],
      [{ ...SERVICE, expiresAt: new Date(0) }, 'expiresAt', /in the future/],
      [{ ...SERVICE, expiresAt: new Date(NaN) }, 'expiresAt', /no valid date/],
    ];
    for (const [wanted, field, message] of wrong) {
      const issued = host.tokens.issue(wanted as unknown as TokenToIssue);
      await expect(issued).rejects.toMatchObject({ field, message: expect.stringMatching(message) });
      await expect(issued).rejects.toBeInstanceOf(TokenRequestError);
    }
    const nobody = host.tokens.issue({ kind: 'personal_token', owner: 987_654, name: 'a' });
    await expect(nobody).rejects.toMatchObject({ code: 'user_not_found' });
    await expect(host.tokens.as({ user: 987_654 }).list()).rejects.toBeInstanceOf(DomainError);
    await expect(host.tokens.list({ limit: 0 })).rejects.toMatchObject({ field: 'limit' });
    const { token } = await host.tokens.issue({ kind: 'personal_token', owner: anna, name: 'a' });
    await expect(host.tokens.renew(token.id)).rejects.toMatchObject({ field: 'expiresAt' });
  });

  it('give no more scopes than the caller on whose behalf they are issued', async () => {
    const own = await host.tokens.issue({
      kind: 'personal_token',
      owner: otto,
      name: 'narrow',
      scopes: ['orders:read'],
    });
    const verdict = await host.app.get(Verifier).verify({ secret: own.secret }, { address: null });
    if (verdict.status !== 'valid') throw new Error('the token is not accepted');
    const tokens = host.tokens.as(verdict);
    await expect(tokens.issue(SERVICE)).rejects.toMatchObject({ code: 'scopes_exceeded' });
    await expect(tokens.issue({ ...SERVICE, scopes: ['orders:write'] })).rejects.toMatchObject({
      code: 'scopes_exceeded',
    });
    expect((await tokens.issue({ ...SERVICE, scopes: ['orders:read'] })).token.scopes).toEqual(['orders:read']);
  });
});
