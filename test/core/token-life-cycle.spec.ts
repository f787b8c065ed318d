import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  SYSTEM,
  Token,
  UniqueViolation,
  collected,
  type Credential,
  type DomainErrorCode,
  type Rotation,
  type Secret,
  type TokenRef,
  type TokenSelector,
} from '../../src/core/index.js';
import { PersonalToken, SessionToken } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { issueToken, newToken, sharedServer } from '../support/services.js';

const NOW = new Date('2030-05-06T07:08:09.123Z');
const MINUTE = 60_000;

onBothEngines('the life of a token', (engine) => {
  const shared = sharedServer(engine);
  beforeEach(() => {
    shared.server.clock.freeze(NOW);
  });
  afterEach(() => {
    shared.server.clock.reset();
  });

  const find = (selector: TokenSelector): Promise<PersonalToken | null> =>
    shared.services.unitOfWork.read((manager) => shared.services.tokens.find(manager, PersonalToken, selector));

  const list = (userId: number): Promise<PersonalToken[]> =>
    collected(shared.services.listing.ofUser(null, PersonalToken, userId));

  const update = (
    ref: TokenRef,
    changes: Parameters<typeof shared.services.tokens.update<PersonalToken>>[3],
  ): Promise<PersonalToken> =>
    shared.services.unitOfWork.write(SYSTEM, (tx) => shared.services.tokens.update(tx, PersonalToken, ref, changes));

  const rotate = async (
    token: PersonalToken,
    rotation: Partial<Rotation> = {},
  ): Promise<{ token: PersonalToken; secret: Secret }> => {
    const secret = shared.services.hashing.newSecret();
    const digest = shared.services.hashing.digest(secret);
    const rotated = await shared.services.unitOfWork.write(SYSTEM, (tx) =>
      shared.services.tokens.rotate(tx, PersonalToken, token, { digest, previousUntil: new Date(0), ...rotation }),
    );
    return { token: rotated, secret };
  };

  const revoke = (ref: TokenRef): Promise<PersonalToken> =>
    shared.services.unitOfWork.write(SYSTEM, (tx) => shared.services.tokens.revoke(tx, PersonalToken, ref));

  const statusOf = async (credential: Credential): Promise<string> => {
    const verdict = await shared.services.verifier.verify(credential);
    return verdict.status === 'valid' ? `valid by its ${verdict.matched} secret` : verdict.status;
  };

  const refusal = async (work: Promise<unknown>): Promise<DomainErrorCode | 'none'> =>
    work.then(
      () => 'none',
      (error: unknown) => (error as { code: DomainErrorCode }).code,
    );

  const digestsOf = (id: string): Promise<Pick<Token, 'secretDigest' | 'previousSecretDigest'>> =>
    shared.services.unitOfWork.read((manager) =>
      manager
        .createQueryBuilder(Token, 'token')
        .select(['token.id', 'token.secretDigest', 'token.previousSecretDigest'])
        .where({ id })
        .getOneOrFail(),
    );

  describe('issue', () => {
    it('returns exactly what a later read finds', async () => {
      const expiresAt = new Date(NOW.getTime() + 1);
      const { token } = await issueToken(shared.services, { label: 'näme "quoted" \t🔑', expiresAt });
      expect(token).toEqual(await find({ id: token.id }));
      expect(token).toMatchObject({
        kind: 'personal_token',
        label: 'näme "quoted" \t🔑',
        userId: 1000,
        accountId: null,
        enabled: true,
        secretVersion: 1,
        createdAt: NOW,
        updatedAt: NOW,
        expiresAt,
        lastSeenAt: null,
      });
    });

    it('neither returns nor reads back a digest, although it is stored', async () => {
      const { token, secret } = await issueToken(shared.services);
      for (const seen of [token, await find({ id: token.id }), ...(await list(1000))]) {
        expect(seen?.secretDigest).toBeUndefined();
        expect(seen?.previousSecretDigest).toBeUndefined();
      }
      expect((await digestsOf(token.id)).secretDigest).toBe(shared.services.hashing.digest(secret));
    });

    it('refuses a handle that is in use, and leaves the first token alone', async () => {
      const { token, secret } = await issueToken(shared.services);
      await expect(issueToken(shared.services, { handle: token.handle })).rejects.toBeInstanceOf(UniqueViolation);
      expect(await find({ handle: token.handle })).toEqual(token);
      expect(await statusOf({ secret })).toBe('valid by its current secret');
    });

    it('takes the same handle in another scope', async () => {
      const { token } = await issueToken(shared.services, { handleScope: 'b'.repeat(32) });
      const { token: twin } = await issueToken(shared.services, { handle: token.handle, handleScope: 'c'.repeat(32) });
      expect(twin.id).not.toBe(token.id);
    });
  });

  describe('find and list', () => {
    it('give no token of another owner, handle or kind', async () => {
      const { token } = await issueToken(shared.services);
      expect(await find({ id: token.id, userId: 1001 })).toBeNull();
      expect(await find({ id: token.id, handle: 'another' })).toBeNull();
      const asSession = shared.services.unitOfWork.read((manager) =>
        shared.services.tokens.find(manager, SessionToken, { id: token.id }),
      );
      expect(await asSession).toBeNull();
    });

    it('list oldest first', async () => {
      const userId = 4001;
      for (const later of [5, 1, 3]) {
        shared.server.clock.freeze(new Date(NOW.getTime() + later));
        await issueToken(shared.services, { userId, label: String(later) });
      }
      expect((await list(userId)).map((token) => token.label)).toEqual(['1', '3', '5']);
    });

    it('refuse a selector whose value is undefined, instead of finding the tokens of all users', async () => {
      const selector = { userId: undefined } as unknown as TokenSelector;
      await expect(find(selector)).rejects.toThrow();
      // @ts-expect-error -- neither an id nor a handle
      await expect(find({ userId: undefined })).rejects.toThrow();
    });
  });

  describe('the caller who changes a token', () => {
    const INCOMPLETE = (id: string): unknown[] => [
      {},
      { id },
      { userId: 1000 },
      { id: undefined, userId: 1000 },
      { id, userId: undefined },
      { id, userId: null },
      { id, userId: 1000, accountId: undefined },
    ];

    it('must identify it by id and owner, which the compiler checks', () => {
      const changes = (id: string): unknown[] => [
        // @ts-expect-error -- neither id nor owner
        revoke({}),
        // @ts-expect-error -- no owner
        revoke({ id }),
        // @ts-expect-error -- an owner without an id
        revoke({ userId: 1000 }),
        // @ts-expect-error -- an undefined owner
        revoke({ id, userId: undefined }),
        // @ts-expect-error -- no owner
        update({ id }, {}),
        revoke({ id, userId: 1000 }),
        revoke({ id, accountId: 'a'.repeat(32) }),
      ];
      expect(changes).toBeInstanceOf(Function);
    });

    it('is refused when a part of the reference is missing, and nothing is changed', async () => {
      const { token, secret } = await issueToken(shared.services);
      for (const incomplete of INCOMPLETE(token.id)) {
        await expect(revoke(incomplete as TokenRef)).rejects.toThrow(TypeError);
        await expect(update(incomplete as TokenRef, { label: 'changed' })).rejects.toThrow(TypeError);
        const digest = shared.services.hashing.digest(shared.services.hashing.newSecret());
        const rotating = shared.services.unitOfWork.write(SYSTEM, (tx) =>
          shared.services.tokens.rotate(tx, PersonalToken, incomplete as TokenRef, { digest }),
        );
        await expect(rotating).rejects.toThrow(TypeError);
      }
      expect(await find({ id: token.id })).toEqual(token);
      expect(await statusOf({ secret })).toBe('valid by its current secret');
    });

    it('reaches no token of another owner', async () => {
      const { token } = await issueToken(shared.services);
      for (const owner of [
        { userId: 1001 },
        { accountId: 'a'.repeat(32) },
        { userId: 1000, accountId: 'a'.repeat(32) },
      ]) {
        expect(await refusal(revoke({ id: token.id, ...owner }))).toBe('token_not_found');
        expect(await refusal(update({ id: token.id, ...owner }, { label: 'stolen' }))).toBe('token_not_found');
      }
      expect(await find({ id: token.id })).toEqual(token);
    });
  });

  describe('update', () => {
    it('returns what is then stored, and leaves the secret and everything else as they were', async () => {
      const { token, secret } = await issueToken(shared.services);
      shared.server.clock.advance(MINUTE);
      const updated = await update(token, { label: 'renamed' });
      expect(updated).toEqual({ ...token, label: 'renamed', updatedAt: new Date(NOW.getTime() + MINUTE) });
      expect(await find({ id: token.id })).toEqual(updated);
      expect(await statusOf({ secret })).toBe('valid by its current secret');
    });

    it('of a token that is gone, or another’s, is refused as not found', async () => {
      const { token } = await issueToken(shared.services);
      expect(await refusal(update({ id: token.id, userId: 1001 }, { label: 'stolen' }))).toBe('token_not_found');
      await revoke(token);
      expect(await refusal(update(token, { label: 'late' }))).toBe('token_not_found');
    });
  });

  describe('rotate without overlap', () => {
    it('ends the old secret at once and counts the version up', async () => {
      const first = await issueToken(shared.services);
      const second = await rotate(first.token);
      expect(second.token).toMatchObject({ secretVersion: 2 });
      expect((await digestsOf(first.token.id)).previousSecretDigest).toBeNull();
      expect(await find({ id: first.token.id })).toEqual(second.token);
      expect(await statusOf({ secret: first.secret })).toBe('unknown');
      expect(await statusOf({ secret: second.secret })).toBe('valid by its current secret');
      expect((await digestsOf(first.token.id)).previousSecretDigest).toBeNull();
    });

    it('happens when the overlap ends now or in the past', async () => {
      for (const end of [NOW, new Date(NOW.getTime() - 1)]) {
        const first = await issueToken(shared.services);
        const second = await rotate(first.token, { previousUntil: end });
        expect(second.token.previousSecretExpiresAt).toEqual(end);
        expect((await digestsOf(first.token.id)).previousSecretDigest).toBeNull();
        expect(await statusOf({ secret: first.secret })).toBe('unknown');
      }
    });

    it('ends an overlap that was still running', async () => {
      const first = await issueToken(shared.services);
      const second = await rotate(first.token, { previousUntil: new Date(NOW.getTime() + MINUTE) });
      await rotate(first.token);
      expect(await statusOf({ secret: first.secret })).toBe('unknown');
      expect(await statusOf({ secret: second.secret })).toBe('unknown');
    });
  });

  describe('rotate with overlap', () => {
    const END = new Date(NOW.getTime() + MINUTE);

    it.each([
      ['at the rotation', NOW, 'valid by its previous secret'],
      ['one millisecond before the end', new Date(END.getTime() - 1), 'valid by its previous secret'],
      ['at the end', END, 'wrong_secret'],
      ['one millisecond after the end', new Date(END.getTime() + 1), 'wrong_secret'],
    ])('%s, the old secret works to the millisecond and the new one is valid', async (_name, moment, expected) => {
      const first = await issueToken(shared.services);
      const second = await rotate(first.token, { previousUntil: END });
      expect(second.token).toMatchObject({ secretVersion: 2, previousSecretExpiresAt: END });
      shared.server.clock.freeze(moment);
      const { handle } = first.token;
      expect(await statusOf({ secret: first.secret })).toBe(expected);
      expect(await statusOf({ kind: 'personal_token', handle, secret: first.secret })).toBe(expected);
      expect(await statusOf({ secret: second.secret })).toBe('valid by its current secret');
    });

    it('keeps one previous secret: a second rotation drops the oldest', async () => {
      const first = await issueToken(shared.services);
      const second = await rotate(first.token, { previousUntil: END });
      const third = await rotate(first.token, { previousUntil: END });
      expect(third.token.secretVersion).toBe(3);
      expect(await statusOf({ secret: first.secret })).toBe('unknown');
      expect(await statusOf({ secret: second.secret })).toBe('valid by its previous secret');
      expect(await statusOf({ secret: third.secret })).toBe('valid by its current secret');
    });
  });

  describe('rotate against a version', () => {
    it('is a conflict when the token has a newer version, and changes nothing', async () => {
      const first = await issueToken(shared.services);
      const second = await rotate(first.token, { expectedVersion: 1 });
      expect(await refusal(rotate(first.token, { expectedVersion: 1 }))).toBe('conflict');
      expect(await find({ id: first.token.id })).toEqual(second.token);
      expect(await statusOf({ secret: second.secret })).toBe('valid by its current secret');
    });

    it('lets exactly one of many simultaneous rotations win, and only its secret works', async () => {
      const { token } = await issueToken(shared.services);
      const tries = Array.from({ length: 8 }, () => shared.services.hashing.newSecret());
      const outcomes = await Promise.allSettled(
        tries.map((secret) =>
          shared.services.unitOfWork.write(SYSTEM, (tx) =>
            shared.services.tokens.rotate(tx, PersonalToken, token, {
              digest: shared.services.hashing.digest(secret),
              previousUntil: new Date(0),
              expectedVersion: 1,
            }),
          ),
        ),
      );
      const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(lost).toHaveLength(tries.length - 1);
      for (const { reason } of lost) expect(reason).toMatchObject({ code: 'conflict' });
      const valid = await Promise.all(tries.map((secret) => statusOf({ secret })));
      expect(valid.map((status) => status === 'valid by its current secret')).toEqual(
        outcomes.map((outcome) => outcome.status === 'fulfilled'),
      );
      expect((await find({ id: token.id }))?.secretVersion).toBe(2);
    });

    it('without one, simultaneous rotations happen one after the other and none is lost', async () => {
      const { token } = await issueToken(shared.services);
      const rotations = await Promise.all(Array.from({ length: 5 }, () => rotate(token)));
      expect(rotations.map((rotation) => rotation.token.secretVersion).sort()).toEqual([2, 3, 4, 5, 6]);
      const statuses = await Promise.all(rotations.map(({ secret }) => statusOf({ secret })));
      expect(statuses.filter((status) => status !== 'unknown')).toEqual(['valid by its current secret']);
    });
  });

  describe('revoke', () => {
    it('returns the last state, and no secret of it is accepted any more', async () => {
      const first = await issueToken(shared.services);
      const second = await rotate(first.token, { previousUntil: new Date(NOW.getTime() + MINUTE) });
      expect(await revoke(first.token)).toEqual(second.token);
      expect(await find({ id: first.token.id })).toBeNull();
      expect(await statusOf({ secret: first.secret })).toBe('unknown');
      expect(await statusOf({ secret: second.secret })).toBe('unknown');
    });

    it('happens once: of many simultaneous ones exactly one succeeds', async () => {
      const { token } = await issueToken(shared.services);
      const outcomes = await Promise.all(Array.from({ length: 6 }, () => refusal(revoke(token))));
      expect(outcomes.sort()).toEqual(['none', ...Array.from({ length: 5 }, () => 'token_not_found')]);
    });

    it('during an update: either both succeed or the update is refused, and the token never reappears', async () => {
      for (let round = 0; round < 10; round += 1) {
        const { token, secret } = await issueToken(shared.services);
        const updating = refusal(update(token, { label: 'changed' }));
        const revoking = refusal(revoke(token));
        expect(await revoking).toBe('none');
        expect(['none', 'token_not_found']).toContain(await updating);
        expect(await find({ id: token.id })).toBeNull();
        expect(await statusOf({ secret })).toBe('unknown');
      }
    });
  });

  it('a token of a unit of work that fails half way does not exist', async () => {
    const secret = shared.services.hashing.newSecret();
    const failing = shared.services.unitOfWork.write(SYSTEM, async (tx) => {
      await shared.services.tokens.issue(tx, PersonalToken, newToken(shared.services, secret));
      throw new Error('half way');
    });
    await expect(failing).rejects.toThrow('half way');
    expect(await statusOf({ secret })).toBe('unknown');
  });
});
