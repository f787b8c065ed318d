import { setImmediate as nextTick } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Response } from 'express';
import type { EntityManager } from 'typeorm';
import {
  ActorCheck,
  AuditSink,
  ChangeCheck,
  EventBus,
  LocalRelay,
  SystemClock,
  Transactor,
  UnitOfWork,
  UserDirectory,
  type DatabaseWork,
  type DirectoryUser,
} from '../core/index.js';
import { TokenRevalidator, UserBlocked, UserLoggedIn, type Principal } from '../identity/index.js';
import { SubscriberAuthorizer } from './subscriber-authorizer.js';
import { Subscriber } from './subscriber.js';

const ANNA: DirectoryUser = { id: 7, email: 'anna@example.com', name: 'Anna', admin: false, status: 'active' };
const TOKEN = { id: 'token', userId: ANNA.id, accountId: null, enabled: true, expiresAt: null, scopes: null };
const FORM = {
  mediaType: 'application/json',
  keepalive: Buffer.from('\n'),
  unauthenticated: () => new Error('unauthenticated'),
  unusable: () => new Error('unusable'),
};
const LINE = Buffer.from('[]\n');

/** A database with one token. */
class OneToken extends Transactor {
  override readonly waiting = 0;

  read<T>(work: DatabaseWork<T>): Promise<T> {
    return work({ find: () => Promise.resolve([TOKEN]) } as unknown as EntityManager);
  }

  write = (): never => {
    throw new Error('nothing is written');
  };
  findForUpdate = this.write;
  lock = this.write;
  tryLock = this.write;
}

/** A directory that answers when the test says so, with the state at the time of the request. */
class SlowUsers extends UserDirectory {
  anna = ANNA;
  readonly answers: (() => void)[] = [];

  find(): Promise<DirectoryUser | null> {
    const { anna } = this;
    return new Promise((resolve) => {
      this.answers.push(() => {
        resolve(anna);
      });
    });
  }

  findByEmail = (): Promise<null> => Promise.resolve(null);

  /** Answers the waiting request. */
  async answer(): Promise<void> {
    while (this.answers.length === 0) await nextTick();
    this.answers.shift()?.();
    await nextTick();
  }
}

class NoAuthors extends ActorCheck {
  authorize = (): Promise<null> => Promise.resolve(null);
}

class NoChecks extends ChangeCheck {
  confirm = (): Promise<void> => Promise.resolve();
}

class NoAudit extends AuditSink {
  write = (): Promise<void> => Promise.resolve();
}

const ANYONE = { followsMemberships: false, refusal: () => null };
const SLOWNESS = { streamWaitingBytes: 262_144, streamStalledSeconds: 60 };

describe('SubscriberAuthorizer', () => {
  let users: SlowUsers;
  let authorizer: SubscriberAuthorizer;
  let subscriber: Subscriber;
  let opened: Promise<unknown>;
  let written: Buffer[];

  beforeEach(() => {
    users = new SlowUsers();
    const [clock, relay] = [new SystemClock(), new LocalRelay(new EventBus())];
    const parts = [new NoAuthors(), new NoAudit(), new NoChecks()] as const;
    const unitOfWork = new UnitOfWork(new OneToken(), relay, clock, ...parts);
    authorizer = new SubscriberAuthorizer(new TokenRevalidator(unitOfWork, users, clock, relay));
    written = [];
    const itself = (): unknown => response;
    const response: unknown = {
      ...{ status: itself, type: itself, set: itself, end: itself },
      write: (bytes: Buffer) => written.push(bytes),
      req: {},
    };
    const principal = { user: ANNA, token: { id: TOKEN.id } } as Principal;
    subscriber = new Subscriber(response as Response, principal, ANYONE, clock, SLOWNESS, FORM);
    opened = subscriber.opened().then(
      () => 'opened',
      (error: unknown) => error,
    );
    authorizer.add(subscriber);
    subscriber.begin([LINE]);
  });

  it('holds back a new subscriber’s lines until they are authorized', async () => {
    for (let turn = 0; turn < 5; turn += 1) await nextTick();
    expect(written).toEqual([]);
    await users.answer();
    expect([await opened, written]).toEqual(['opened', [LINE]]);
  });

  it('does not use an answer from before a block after it', async () => {
    while (users.answers.length === 0) await nextTick();
    users.anna = { ...ANNA, status: 'blocked' };
    authorizer.onChange(new UserBlocked(ANNA), ANNA.id);
    await users.answer();
    expect(written).toEqual([]);
    await users.answer();
    expect(await opened).toEqual(new Error('unusable'));
    expect(written).toEqual([]);
  });

  it('reads nothing for a change that revokes no access, or concerns another user', async () => {
    await users.answer();
    authorizer.onChange(new UserLoggedIn(ANNA), ANNA.id);
    authorizer.onChange(new UserBlocked({ id: 8, name: 'Berta' }), 8);
    for (let turn = 0; turn < 5; turn += 1) await nextTick();
    expect(users.answers).toEqual([]);
    subscriber.send(LINE);
    expect(written).toEqual([LINE, LINE]);
  });

  it('reads nothing for a subscriber who has disconnected', async () => {
    await users.answer();
    authorizer.remove(subscriber);
    authorizer.onChange(new UserBlocked(ANNA), ANNA.id);
    for (let turn = 0; turn < 5; turn += 1) await nextTick();
    expect(users.answers).toEqual([]);
  });
});
