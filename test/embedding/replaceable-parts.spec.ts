import { Controller, Get, UseGuards } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import {
  AuditSink,
  CanvusModule,
  Clock,
  CurrentPrincipal,
  DataPlaneModule,
  EventBus,
  LatchkeyModule,
  PersonalTokenService,
  PrivateTokenGuard,
  SYSTEM,
  UserDirectory,
  type AuditEntry,
  type Change,
  type DirectoryUser,
  type TokenPrincipal,
  type Transaction,
} from '../../src/index.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { Article, shopDatabase, startHost, type Host } from '../support/shop.js';
import { TestClock } from '../support/test-clock.js';
import { addressOf } from './support.js';

const ANNA: DirectoryUser = { id: 7, email: 'anna@shop.example', name: 'Anna', admin: false, status: 'active' };

/** The host's own users. */
class People extends UserDirectory {
  readonly all = new Map([[ANNA.id, ANNA]]);

  find(id: number): Promise<DirectoryUser | null> {
    return Promise.resolve(this.all.get(id) ?? null);
  }

  findByEmail(email: string): Promise<DirectoryUser | null> {
    return Promise.resolve([...this.all.values()].find((user) => user.email === email) ?? null);
  }
}

/** The audit log of the host. */
class Ledger extends AuditSink {
  readonly entries: AuditEntry[] = [];
  isFull = false;

  write(_transaction: Transaction, entries: readonly AuditEntry[]): Promise<void> {
    if (this.isFull) throw new Error('the ledger is full');
    this.entries.push(...entries);
    return Promise.resolve();
  }
}

@Controller('whoami')
class WhoAmIController {
  @Get()
  @UseGuards(PrivateTokenGuard)
  tell(@CurrentPrincipal() { owner }: TokenPrincipal): unknown {
    return owner;
  }
}

onBothEngines('parts that a host has replaced', (engine) => {
  const [people, ledger, clock] = [new People(), new Ledger(), new TestClock()];
  let database: TestDatabase;
  let host: Host;
  let secret: string;

  beforeAll(async () => {
    database = await createDatabase(engine);
    const latchkey = LatchkeyModule.forRoot({
      bcryptCost: 4,
      providers: [
        { provide: UserDirectory, useValue: people },
        { provide: AuditSink, useValue: ledger },
        { provide: Clock, useValue: clock },
      ],
    });
    const imports = [latchkey];
    host = await startHost({
      imports: [
        TypeOrmModule.forRoot(shopDatabase(addressOf(database))),
        latchkey,
        CanvusModule.forRoot({ imports }),
        DataPlaneModule.forRoot({ imports }),
      ],
      controllers: [WhoAmIController],
    });
    const issued = await host.app.get(PersonalTokenService).issue(SYSTEM, ANNA.id, 'first');
    secret = issued.secret.reveal();
  });
  afterAll(async () => {
    await host.close();
    await database.drop();
  });
  beforeEach(() => {
    people.all.set(ANNA.id, ANNA);
    ledger.isFull = false;
  });

  const ask = (method: string, path: string, body?: object): Promise<Reply> =>
    send(host.baseUrl, method, path, {
      headers: { 'Private-Token': secret, 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  const ownTokens = `/api/v1/users/${String(ANNA.id)}/access-tokens`;

  it('UserDirectory: its users own tokens, and their current state counts at every request', async () => {
    expect((await ask('GET', '/whoami')).json()).toEqual(ANNA);
    expect((await ask('GET', ownTokens)).json()).toHaveLength(1);
    people.all.set(ANNA.id, { ...ANNA, name: 'Anna the Second', admin: true });
    expect((await ask('GET', '/whoami')).json()).toMatchObject({ name: 'Anna the Second', admin: true });
    people.all.set(ANNA.id, { ...ANNA, status: 'blocked' });
    for (const path of ['/whoami', '/verify', ownTokens]) expect((await ask('GET', path)).status).not.toBe(200);
    people.all.delete(ANNA.id);
    for (const path of ['/whoami', '/verify', ownTokens]) expect((await ask('GET', path)).status).toBe(401);
    people.all.set(ANNA.id, ANNA);
    for (const path of ['/whoami', '/verify', ownTokens]) expect((await ask('GET', path)).status).toBe(200);
  });

  it('UserDirectory: its users cannot log in with a password', async () => {
    const login = await ask('POST', '/api/v1/users/login', { email: ANNA.email, password: 'password' });
    expect(login.status).toBe(401);
  });

  it('AuditSink: gets every change and its author, and an error that it throws rolls back the change', async () => {
    ledger.entries.length = 0;
    const made = (await ask('POST', ownTokens, { description: 'second' })).json<{ id: string }>();
    expect(ledger.entries).toEqual([
      expect.objectContaining({ action: 'token.issued', authorId: ANNA.id, authorName: 'Anna', targetName: 'second' }),
    ]);
    ledger.isFull = true;
    expect((await ask('DELETE', `${ownTokens}/${made.id}`)).status).toBe(500);
    ledger.isFull = false;
    expect((await ask('GET', `${ownTokens}/${made.id}`)).status).toBe(200);
    expect((await ask('DELETE', `${ownTokens}/${made.id}`)).status).toBe(200);
    expect(ledger.entries.map(({ action }) => action)).toEqual(['token.issued', 'token.revoked']);
  });

  it('Clock: determines the times that are stored', async () => {
    clock.freeze(new Date('2031-02-03T04:05:06.789Z'));
    ledger.entries.length = 0;
    const made = (await ask('POST', ownTokens, { description: 'third' })).json<{ created_at: string }>();
    expect(made.created_at).toBe('2031-02-03T04:05:06.789');
    expect(ledger.entries[0]?.createdAt).toEqual(clock.now());
    clock.reset();
  });

  it('EventBus: notifies its listeners of every change, before the answer', async () => {
    const heard: Change[] = [];
    const stop = host.app.get(EventBus).subscribe((change) => void heard.push(change));
    const made = (await ask('POST', ownTokens, { description: 'fourth' })).json<{ id: string }>();
    await ask('DELETE', `${ownTokens}/${made.id}`);
    stop();
    await ask('POST', ownTokens, { description: 'fifth' });
    expect(heard.map(({ type, target }) => [type, target.name])).toEqual([
      ['token.issued', 'fourth'],
      ['token.revoked', 'fourth'],
    ]);
  });
});

/** The host's own users, in a table of the database that it shares with Latchkey. */
class Staff extends UserDirectory {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async find(id: number): Promise<DirectoryUser | null> {
    const there = await this.dataSource.getRepository(Article).existsBy({ id });
    return there ? { ...ANNA, id } : null;
  }

  findByEmail(): Promise<DirectoryUser | null> {
    return Promise.resolve(null);
  }
}

it('UserDirectory over the pool of the host: more changes at once than it has connections do not wait for each other', async () => {
  const pool = 3;
  const database = await createDatabase('postgres');
  const latchkey = LatchkeyModule.forRoot({
    providers: [
      { provide: UserDirectory, useFactory: (source: DataSource) => new Staff(source), inject: [DataSource] },
    ],
  });
  const host = await startHost({
    imports: [
      TypeOrmModule.forRoot(shopDatabase(addressOf(database), pool)),
      latchkey,
      CanvusModule.forRoot({ imports: [latchkey] }),
    ],
  });
  await host.app.get(DataSource).query('INSERT INTO shop_article (id, name) VALUES ($1, $2)', [ANNA.id, ANNA.name]);
  const issued = await host.app.get(PersonalTokenService).issue(SYSTEM, ANNA.id, 'first');
  const headers = { 'Private-Token': issued.secret.reveal(), 'Content-Type': 'application/json' };
  const made = Array.from({ length: 4 * pool }, (_, index) =>
    send(host.baseUrl, 'POST', `/api/v1/users/${String(ANNA.id)}/access-tokens`, {
      headers,
      body: JSON.stringify({ description: String(index) }),
    }),
  );
  const statuses = (await Promise.all(made)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200]));
});
