import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';
import { SYSTEM, Secret, TokenLookup, type Verdict } from '../../src/core/index.js';
import { PersonalToken } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { watchQueries } from '../support/queries.js';
import { issueToken, newToken, servicesOf, type Services } from '../support/services.js';
import { startServer, type TestServer } from '../support/test-server.js';

const NOW = new Date('2030-05-06T07:08:09.123Z');

onBothEngines('verification', (engine) => {
  let server: TestServer;
  let services: Services;

  beforeAll(async () => {
    server = await startServer(engine);
    services = servicesOf(server);
  });
  afterAll(() => server.close());
  afterEach(() => {
    server.clock.reset();
  });

  let counter = 0;
  const ownedBy = async (fields: { approved?: boolean; blocked?: boolean }): Promise<number> => {
    counter += 1;
    const email = `owner-${String(counter)}@example.com`;
    return (await services.users.create(SYSTEM, { email, name: 'Owner', ...fields })).id;
  };

  const verify = (secret: Secret): Promise<Verdict> => services.verifier.verify({ secret });

  it('says valid, with the token and its owner, and no digest', async () => {
    const { token, secret } = await issueToken(services);
    const verdict = await verify(secret);
    expect(verdict).toEqual({
      status: 'valid',
      matched: 'current',
      token,
      owner: { id: 1000, email: 'root@example.com', name: 'Administrator', admin: true, status: 'active' },
    });
    expect(verdict).not.toHaveProperty('token.secretDigest');
    expect(verdict).not.toHaveProperty('token.previousSecretDigest');
  });

  it('says valid without an owner for a token that belongs to an account alone', async () => {
    const { secret } = await issueToken(services, { userId: null, accountId: 'a'.repeat(32) });
    expect(await verify(secret)).toMatchObject({ status: 'valid', owner: null });
  });

  it('says unknown for a secret that was never issued', async () => {
    expect(await verify(services.hashing.newSecret())).toEqual({ status: 'unknown' });
    expect(await verify(new Secret(''))).toEqual({ status: 'unknown' });
  });

  it('says unknown for a handle of another kind or scope, even with the right secret', async () => {
    const { token, secret } = await issueToken(services);
    const { handle } = token;
    for (const named of [
      { kind: 'session', handle },
      { kind: 'personal_token', handle, handleScope: 'a'.repeat(32) },
      { kind: 'personal_token', handle: 'another' },
    ]) {
      expect(await services.verifier.verify({ secret, ...named })).toEqual({ status: 'unknown' });
    }
    const verdict = await services.verifier.verify({ secret, kind: 'personal_token', handle });
    expect(verdict.status).toBe('valid');
  });

  it('says wrong_secret for a known handle and any other secret', async () => {
    const { token } = await issueToken(services);
    const { secret: another } = await issueToken(services);
    const { handle } = token;
    for (const secret of [another, services.hashing.newSecret(), new Secret('')]) {
      const verdict = await services.verifier.verify({ secret, kind: 'personal_token', handle });
      expect(verdict).toEqual({ status: 'wrong_secret', token });
      expect(verdict).not.toHaveProperty('token.secretDigest');
    }
  });

  it('says wrong_secret for a token that has none', async () => {
    const handleScope = 'a'.repeat(32);
    const { token } = await issueToken(services, { digest: null, handleScope });
    const { handle } = token;
    const credential = { kind: 'personal_token', handle, handleScope };
    const verdict = await services.verifier.verify({ secret: new Secret(''), ...credential });
    expect(verdict.status).toBe('wrong_secret');
  });

  it('says expired from the very millisecond of the expiry, and valid until then', async () => {
    const { secret } = await issueToken(services, { expiresAt: NOW });
    const statuses: string[] = [];
    for (const offset of [-1, 0, 1]) {
      server.clock.freeze(new Date(NOW.getTime() + offset));
      statuses.push((await verify(secret)).status);
    }
    expect(statuses).toEqual(['valid', 'expired', 'expired']);
  });

  it('says disabled while a token is disabled, and valid again afterwards', async () => {
    const { token, secret } = await issueToken(services);
    const enable = (enabled: boolean): Promise<PersonalToken> =>
      services.unitOfWork.write(SYSTEM, (tx) => services.tokens.update(tx, PersonalToken, token, { enabled }));
    await enable(false);
    expect((await verify(secret)).status).toBe('disabled');
    await enable(true);
    expect((await verify(secret)).status).toBe('valid');
  });

  it('checks the secret before the state of the token: an expired, disabled token still says wrong_secret', async () => {
    const { token } = await issueToken(services, { enabled: false, expiresAt: new Date(0) });
    const { handle } = token;
    const secret = services.hashing.newSecret();
    const verdict = await services.verifier.verify({ secret, kind: 'personal_token', handle });
    expect(verdict.status).toBe('wrong_secret');
  });

  it('says owner_gone when there is no such user', async () => {
    const { secret } = await issueToken(services, { userId: 999_999 });
    expect((await verify(secret)).status).toBe('owner_gone');
  });

  it('says owner_blocked as soon as the owner is blocked, and valid when they are unblocked', async () => {
    const userId = await ownedBy({});
    const { secret } = await issueToken(services, { userId });
    expect((await verify(secret)).status).toBe('valid');
    await services.users.update(SYSTEM, userId, { blocked: true });
    expect((await verify(secret)).status).toBe('owner_blocked');
    await services.users.update(SYSTEM, userId, { blocked: false });
    expect((await verify(secret)).status).toBe('valid');
  });

  it('says owner_unapproved until the owner is approved', async () => {
    const userId = await ownedBy({ approved: false });
    const { secret } = await issueToken(services, { userId });
    expect((await verify(secret)).status).toBe('owner_unapproved');
    await services.users.update(SYSTEM, userId, { approved: true });
    expect((await verify(secret)).status).toBe('valid');
  });

  it('says unknown for the tokens of a user who was deleted', async () => {
    const userId = await ownedBy({});
    const { secret } = await issueToken(services, { userId });
    await services.users.delete(SYSTEM, userId);
    expect((await verify(secret)).status).toBe('unknown');
  });

  it('finds what is committed, even if something else was looked up in the same turn of the event loop', async () => {
    const secret = services.hashing.newSecret();
    // During the write, before its commit.
    const before = nextTurn().then(() => verify(services.hashing.newSecret()));
    await services.unitOfWork.write(SYSTEM, (tx) =>
      services.tokens.issue(tx, PersonalToken, newToken(services, secret)),
    );
    expect((await verify(secret)).status).toBe('valid');
    expect((await before).status).toBe('unknown');
  });

  if (engine === 'sqlite') {
    it('finds what another process has committed from the next turn of the event loop on', async () => {
      const secret = services.hashing.newSecret();
      const { token } = await issueToken(services);
      expect((await verify(secret)).status).toBe('unknown');
      const elsewhere = new Database(server.database.name);
      elsewhere
        .prepare('UPDATE latchkey_token SET secret_digest = ? WHERE id = ?')
        .run(services.hashing.digest(secret), token.id);
      elsewhere.close();
      await nextTurn();
      expect((await verify(secret)).status).toBe('valid');
    });
  }

  it('asks the database about each wrong secret of a cached token, as it does for an unknown handle', async () => {
    const { token, secret } = await issueToken(services);
    const named = { kind: 'personal_token', handle: token.handle };
    const exists = jest.spyOn(server.app.get(TokenLookup), 'exists');
    expect((await services.verifier.verify({ secret, ...named })).status).toBe('valid');
    expect(exists).not.toHaveBeenCalled();
    for (let count = 1; count <= 3; count += 1) {
      const verdict = await services.verifier.verify({ secret: services.hashing.newSecret(), ...named });
      expect(verdict.status).toBe('wrong_secret');
      expect(exists).toHaveBeenCalledTimes(count);
    }
    exists.mockRestore();
  });

  it('asks the database once for the token and once for its owner, and then no more', async () => {
    const { secret } = await issueToken(services);
    const lookUps = jest.spyOn(server.app.get(TokenLookup), 'find');
    const watch = watchQueries(server.dataSource);
    await Promise.all(Array.from({ length: 20 }, () => verify(secret)));
    for (let count = 0; count < 20; count += 1) await verify(secret);
    watch.stop();
    expect(lookUps).toHaveBeenCalledTimes(1);
    expect(watch.count(/latchkey_user/)).toBe(1);
    lookUps.mockRestore();
  });
});
