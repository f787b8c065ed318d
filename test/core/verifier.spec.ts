import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';
import { SYSTEM, Secret, TokenLookup, type Verdict } from '../../src/core/index.js';
import { PersonalToken } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { watchQueries } from '../support/queries.js';
import { issueToken, newToken, sharedServer } from '../support/services.js';

const NOW = new Date('2030-05-06T07:08:09.123Z');

onBothEngines('verification', (engine) => {
  const shared = sharedServer(engine);
  afterEach(() => {
    shared.server.clock.reset();
  });

  let counter = 0;
  const ownedBy = async (fields: { approved?: boolean; blocked?: boolean }): Promise<number> => {
    counter += 1;
    const email = `owner-${String(counter)}@example.com`;
    return (await shared.services.users.create(SYSTEM, { email, name: 'Owner', ...fields })).id;
  };

  const verify = (secret: Secret): Promise<Verdict> => shared.services.verifier.verify({ secret });

  it('says valid, with the token and its owner, and no digest', async () => {
    const { token, secret } = await issueToken(shared.services);
    const verdict = await verify(secret);
    expect(verdict).toEqual({
      status: 'valid',
      matched: 'current',
      scopes: [],
      token,
      owner: { id: 1000, email: 'root@example.com', name: 'Administrator', admin: true, status: 'active' },
    });
    expect(verdict).not.toHaveProperty('token.secretDigest');
    expect(verdict).not.toHaveProperty('token.previousSecretDigest');
  });

  it('says valid without an owner for a token that belongs to an account alone', async () => {
    const { secret } = await issueToken(shared.services, { userId: null, accountId: 'a'.repeat(32) });
    expect(await verify(secret)).toMatchObject({ status: 'valid', owner: null });
  });

  it('says unknown for a secret that was never issued', async () => {
    expect(await verify(shared.services.hashing.newSecret())).toEqual({ status: 'unknown' });
    expect(await verify(new Secret(''))).toEqual({ status: 'unknown' });
  });

  it('says unknown for a handle of another kind or scope, even with the right secret', async () => {
    const { token, secret } = await issueToken(shared.services);
    const { handle } = token;
    for (const named of [
      { kind: 'session', handle },
      { kind: 'personal_token', handle, handleScope: 'a'.repeat(32) },
      { kind: 'personal_token', handle: 'another' },
    ]) {
      expect(await shared.services.verifier.verify({ secret, ...named })).toEqual({ status: 'unknown' });
    }
    const verdict = await shared.services.verifier.verify({ secret, kind: 'personal_token', handle });
    expect(verdict.status).toBe('valid');
  });

  it('says wrong_secret for a known handle and any other secret', async () => {
    const { token } = await issueToken(shared.services);
    const { secret: another } = await issueToken(shared.services);
    const { handle } = token;
    for (const secret of [another, shared.services.hashing.newSecret(), new Secret('')]) {
      const verdict = await shared.services.verifier.verify({ secret, kind: 'personal_token', handle });
      expect(verdict).toEqual({ status: 'wrong_secret', token });
      expect(verdict).not.toHaveProperty('token.secretDigest');
    }
  });

  it('says wrong_secret for a token that has none', async () => {
    const handleScope = 'a'.repeat(32);
    const { token } = await issueToken(shared.services, { digest: null, handleScope });
    const { handle } = token;
    const credential = { kind: 'personal_token', handle, handleScope };
    const verdict = await shared.services.verifier.verify({ secret: new Secret(''), ...credential });
    expect(verdict.status).toBe('wrong_secret');
  });

  it('says expired from the very millisecond of the expiry, and valid until then', async () => {
    const { secret } = await issueToken(shared.services, { expiresAt: NOW });
    const statuses: string[] = [];
    for (const offset of [-1, 0, 1]) {
      shared.server.clock.freeze(new Date(NOW.getTime() + offset));
      statuses.push((await verify(secret)).status);
    }
    expect(statuses).toEqual(['valid', 'expired', 'expired']);
  });

  it('says disabled while a token is disabled, and valid again afterwards', async () => {
    const { token, secret } = await issueToken(shared.services);
    const enable = (enabled: boolean): Promise<PersonalToken> =>
      shared.services.unitOfWork.write(SYSTEM, (tx) =>
        shared.services.tokens.update(tx, PersonalToken, token, { enabled }),
      );
    await enable(false);
    expect((await verify(secret)).status).toBe('disabled');
    await enable(true);
    expect((await verify(secret)).status).toBe('valid');
  });

  it('checks the secret before the state of the token: an expired, disabled token still says wrong_secret', async () => {
    const { token } = await issueToken(shared.services, { enabled: false, expiresAt: new Date(0) });
    const { handle } = token;
    const secret = shared.services.hashing.newSecret();
    const verdict = await shared.services.verifier.verify({ secret, kind: 'personal_token', handle });
    expect(verdict.status).toBe('wrong_secret');
  });

  it('says owner_gone when there is no such user', async () => {
    const { secret } = await issueToken(shared.services, { userId: 999_999 });
    expect((await verify(secret)).status).toBe('owner_gone');
  });

  it('says owner_blocked as soon as the owner is blocked, and valid when they are unblocked', async () => {
    const userId = await ownedBy({});
    const { secret } = await issueToken(shared.services, { userId });
    expect((await verify(secret)).status).toBe('valid');
    await shared.services.users.update(SYSTEM, userId, { blocked: true });
    expect((await verify(secret)).status).toBe('owner_blocked');
    await shared.services.users.update(SYSTEM, userId, { blocked: false });
    expect((await verify(secret)).status).toBe('valid');
  });

  it('says owner_unapproved until the owner is approved', async () => {
    const userId = await ownedBy({ approved: false });
    const { secret } = await issueToken(shared.services, { userId });
    expect((await verify(secret)).status).toBe('owner_unapproved');
    await shared.services.users.update(SYSTEM, userId, { approved: true });
    expect((await verify(secret)).status).toBe('valid');
  });

  it('says unknown for the tokens of a user who was deleted', async () => {
    const userId = await ownedBy({});
    const { secret } = await issueToken(shared.services, { userId });
    await shared.services.users.delete(SYSTEM, userId);
    expect((await verify(secret)).status).toBe('unknown');
  });

  it('says unknown for both secrets of a token whose account is being deleted', async () => {
    const accountId = 'c'.repeat(32);
    const { token, secret: previous } = await issueToken(shared.services, { userId: null, accountId });
    const { hashing, tokens, unitOfWork } = shared.services;
    const current = hashing.newSecret();
    const previousUntil = new Date(shared.server.clock.now().getTime() + 60_000);
    await unitOfWork.write(SYSTEM, (tx) =>
      tokens.rotate(tx, PersonalToken, { id: token.id, accountId }, { digest: hashing.digest(current), previousUntil }),
    );
    await shared.server.dataSource.query(
      `INSERT INTO latchkey_removed_owner (kind, id) VALUES ('account', '${accountId}')`,
    );
    expect([await verify(current), await verify(previous)]).toEqual([{ status: 'unknown' }, { status: 'unknown' }]);
  });

  it('finds what is committed, even if something else was looked up in the same turn of the event loop', async () => {
    const secret = shared.services.hashing.newSecret();
    // During the write, before its commit.
    const before = nextTurn().then(() => verify(shared.services.hashing.newSecret()));
    await shared.services.unitOfWork.write(SYSTEM, (tx) =>
      shared.services.tokens.issue(tx, PersonalToken, newToken(shared.services, secret)),
    );
    expect((await verify(secret)).status).toBe('valid');
    expect((await before).status).toBe('unknown');
  });

  if (engine === 'sqlite') {
    it('finds what another process has committed from the next turn of the event loop on', async () => {
      const secret = shared.services.hashing.newSecret();
      const { token } = await issueToken(shared.services);
      expect((await verify(secret)).status).toBe('unknown');
      const elsewhere = new Database(shared.server.database.name);
      elsewhere
        .prepare('UPDATE latchkey_token SET secret_digest = ? WHERE id = ?')
        .run(shared.services.hashing.digest(secret), token.id);
      elsewhere.close();
      await nextTurn();
      expect((await verify(secret)).status).toBe('valid');
    });
  }

  it('asks the database about each wrong secret of a cached token, as it does for an unknown handle', async () => {
    const { token, secret } = await issueToken(shared.services);
    const named = { kind: 'personal_token', handle: token.handle };
    const exists = jest.spyOn(shared.server.app.get(TokenLookup), 'exists');
    expect((await shared.services.verifier.verify({ secret, ...named })).status).toBe('valid');
    expect(exists).not.toHaveBeenCalled();
    for (let count = 1; count <= 3; count += 1) {
      const verdict = await shared.services.verifier.verify({ secret: shared.services.hashing.newSecret(), ...named });
      expect(verdict.status).toBe('wrong_secret');
      expect(exists).toHaveBeenCalledTimes(count);
    }
    exists.mockRestore();
  });

  it('asks the database once for the token and once for its owner, and then no more', async () => {
    const { secret } = await issueToken(shared.services);
    const lookUps = jest.spyOn(shared.server.app.get(TokenLookup), 'find');
    const watch = watchQueries(shared.server.dataSource);
    await Promise.all(Array.from({ length: 20 }, () => verify(secret)));
    for (let count = 0; count < 20; count += 1) await verify(secret);
    watch.stop();
    expect(lookUps).toHaveBeenCalledTimes(1);
    expect(watch.count(/latchkey_user/)).toBe(1);
    lookUps.mockRestore();
  });
});
