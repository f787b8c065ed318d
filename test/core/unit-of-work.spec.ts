import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { MoreThan } from 'typeorm';
import { AuditRecord, SYSTEM, TokenIssued, type Actor, type Change } from '../../src/core/index.js';
import { PersonalToken, ServerValue } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { issueToken, newToken, sharedServer } from '../support/services.js';

onBothEngines('the unit of work', (engine) => {
  const shared = sharedServer(engine);
  const stops: (() => void)[] = [];
  let author: Actor;

  beforeAll(async () => {
    const { token } = await issueToken(shared.services);
    author = {
      kind: 'user',
      userId: 1000,
      userName: 'Administrator',
      tokenId: token.id,
      admin: true,
      address: '192.0.2.7',
      requestId: 'a-request',
    };
  });
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });

  const listen = (listener: (change: Change) => void | Promise<void>): void => {
    stops.push(shared.services.events.subscribe(listener));
  };

  const heard = (): Change[] => {
    const changes: Change[] = [];
    listen((change) => {
      changes.push(change);
    });
    return changes;
  };

  const lastAuditId = async (): Promise<number> =>
    (await shared.services.unitOfWork.read((manager) => manager.maximum(AuditRecord, 'id'))) ?? 0;

  const auditAfter = (id: number): Promise<AuditRecord[]> =>
    shared.services.unitOfWork.read((manager) =>
      manager.find(AuditRecord, { where: { id: MoreThan(id) }, order: { id: 'ASC' } }),
    );

  describe('the audit log', () => {
    it('has one row for each change, with author, target and the time of the transaction', async () => {
      const before = await lastAuditId();
      const at = new Date('2031-01-02T03:04:05.678Z');
      shared.server.clock.freeze(at);
      const token = await shared.services.unitOfWork.write(author, (tx) =>
        shared.services.tokens.issue(
          tx,
          PersonalToken,
          newToken(shared.services, shared.services.hashing.newSecret(), { label: 'named' }),
        ),
      );
      shared.server.clock.reset();
      expect(await auditAfter(before)).toEqual([
        {
          id: expect.any(Number),
          createdAt: at,
          action: 'token.issued',
          authorId: 1000,
          authorName: 'Administrator',
          authorTokenId: author.tokenId,
          ipAddress: '192.0.2.7',
          requestId: 'a-request',
          userId: 1000,
          userAgent: null,
          targetType: 'token',
          targetId: token.id,
          targetName: 'named',
          accountId: null,
          occurrences: null,
          lastAt: null,
          details: { kind: 'personal_token', handle: token.handle, user_id: 1000 },
        },
      ]);
    });

    it('has no row of work that was rolled back, and no event is published for it', async () => {
      const before = await lastAuditId();
      const changes = heard();
      const failing = shared.services.unitOfWork.write(author, async (tx) => {
        await shared.services.tokens.issue(
          tx,
          PersonalToken,
          newToken(shared.services, shared.services.hashing.newSecret()),
        );
        throw new Error('after the change');
      });
      await expect(failing).rejects.toThrow('after the change');
      expect(await auditAfter(before)).toEqual([]);
      expect(changes).toEqual([]);
    });

    it('rolls back the change when its row cannot be written', async () => {
      const secret = shared.services.hashing.newSecret();
      const changes = heard();
      const failing = shared.services.unitOfWork.write(author, async (tx) => {
        const token = await shared.services.tokens.issue(tx, PersonalToken, newToken(shared.services, secret));
        // No engine stores a target without a type.
        tx.record(Object.assign(new TokenIssued(token), { target: { type: null, id: null, name: null } }));
      });
      await expect(failing).rejects.toThrow();
      expect((await shared.services.verifier.verify({ secret })).status).toBe('unknown');
      expect(changes).toEqual([]);
    });

    it('has no row of work that changed nothing', async () => {
      const before = await lastAuditId();
      await shared.services.unitOfWork.write(author, () => Promise.resolve());
      expect(await auditAfter(before)).toEqual([]);
    });
  });

  it('runs the work of each caller in the asynchronous context of that caller, also when many share a commit', async () => {
    const store = new AsyncLocalStorage<number>();
    const callers = Array.from({ length: 10 }, (_, at) => at);
    const seen = await Promise.all(
      callers.map((caller) =>
        store.run(caller, () => shared.services.unitOfWork.write(SYSTEM, () => Promise.resolve(store.getStore()))),
      ),
    );
    expect(seen).toEqual(callers);
  });

  if (engine === 'postgres') {
    it('runs work again that has caught the error of a lock, as if it had not', async () => {
      const [early, late] = [
        { kind: 'unit-of-work', id: '1' },
        { kind: 'unit-of-work', id: '2' },
      ];
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      const order: string[] = [];
      let second: Promise<unknown> = Promise.resolve();
      await shared.services.unitOfWork.write(SYSTEM, async (holder) => {
        await holder.lockRule(early);
        second = shared.services.unitOfWork.write(SYSTEM, async (tx) => {
          order.push('run');
          await tx.lockRule(late);
          await tx.lockRule(early).catch(() => undefined);
          release();
        });
        void second.then(() => order.push('done'));
        await released;
        await holder.manager.query('SELECT pg_sleep(0.05)');
        order.push('released');
      });
      await second;
      expect(order).toEqual(['run', 'released', 'run', 'done']);
    });
  }

  describe('events', () => {
    it('come after the commit: a subscriber that hears of a token can read it', async () => {
      const found: boolean[] = [];
      listen(async (change) => {
        const { tokenId } = change as TokenIssued;
        found.push(
          await shared.services.unitOfWork.read((manager) => manager.existsBy(PersonalToken, { id: tokenId })),
        );
      });
      await Promise.all(Array.from({ length: 20 }, () => issueToken(shared.services)));
      expect(found).toEqual(Array.from({ length: 20 }, () => true));
    });

    it('are delivered before the author of the change gets an answer', async () => {
      const order: string[] = [];
      listen(async () => {
        await delay(30);
        order.push('heard');
      });
      await issueToken(shared.services);
      order.push('answered');
      expect(order).toEqual(['heard', 'answered']);
    });

    it('come in the order in which they were recorded', async () => {
      const changes = heard();
      const { token } = await issueToken(shared.services);
      await shared.services.unitOfWork.write(SYSTEM, async (tx) => {
        const digest = shared.services.hashing.digest(shared.services.hashing.newSecret());
        await shared.services.tokens.update(tx, PersonalToken, token, { label: 'renamed' });
        await shared.services.tokens.rotate(tx, PersonalToken, token, { digest, previousUntil: new Date(0) });
        await shared.services.tokens.revoke(tx, PersonalToken, token);
      });
      expect(changes.map(({ type }) => type)).toEqual([
        'token.issued',
        'token.updated',
        'token.rotated',
        'token.revoked',
      ]);
    });

    it('of simultaneous changes to one token come in the order of their commits', async () => {
      const { token } = await issueToken(shared.services);
      const before = await lastAuditId();
      const changes = heard();
      await Promise.all(
        Array.from({ length: 15 }, () => {
          const digest = shared.services.hashing.digest(shared.services.hashing.newSecret());
          return shared.services.unitOfWork.write(SYSTEM, (tx) =>
            shared.services.tokens.rotate(tx, PersonalToken, token, { digest, previousUntil: new Date(0) }),
          );
        }),
      );
      const versions = Array.from({ length: 15 }, (_, index) => index + 2);
      expect((await auditAfter(before)).map(({ details }) => details.version)).toEqual(versions);
      expect(changes.map(({ details }) => details.version)).toEqual(versions);
    });

    it('reach the others when one listener fails, and do not fail the author', async () => {
      listen(() => {
        throw new Error('a listener that fails at once');
      });
      listen(() => Promise.reject(new Error('a listener that fails later')));
      const changes = heard();
      await expect(issueToken(shared.services)).resolves.toBeDefined();
      expect(changes).toHaveLength(1);
    });

    it('do not reach a listener that has unsubscribed', async () => {
      const changes: Change[] = [];
      const stop = shared.services.events.subscribe((change) => {
        changes.push(change);
      });
      await issueToken(shared.services);
      stop();
      await issueToken(shared.services);
      expect(changes).toHaveLength(1);
    });
  });

  it('has the time at which it got its last lock, not the time at which it began to wait', async () => {
    const { clock } = shared.server;
    const begun = new Date('2031-01-02T03:04:05.000Z');
    clock.freeze(begun);
    const times = await shared.services.unitOfWork.write(SYSTEM, async (tx) => {
      const before = tx.now;
      clock.advance(1000);
      await tx.lockRule({ kind: 'test', id: 'a rule' });
      return [before, tx.now];
    });
    clock.reset();
    expect(times).toEqual([begun, new Date(begun.getTime() + 1000)]);
  });

  it('throws the error of the work to its caller unchanged', async () => {
    const error = new Error('mine');
    await expect(shared.services.unitOfWork.write(SYSTEM, () => Promise.reject(error))).rejects.toBe(error);
  });

  it('names the table of a violated unique constraint', async () => {
    const insert = (): Promise<unknown> =>
      shared.services.unitOfWork.write(SYSTEM, ({ manager }) =>
        manager.insert(ServerValue, { name: 'twice', value: '' }),
      );
    await insert();
    await expect(insert()).rejects.toMatchObject({
      name: 'UniqueViolation',
      rule: expect.stringMatching(/latchkey_setting/),
    });
  });
});
