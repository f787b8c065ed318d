/** A host whose users have UUIDs, and whose accounts have ids that it chooses. */
import { randomUUID } from 'node:crypto';
import { Controller, Get, Injectable, UseGuards } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Column, DataSource, Entity, PrimaryColumn, type EntityManager } from 'typeorm';
import {
  AccountService,
  CanvusModule,
  CloudflareModule,
  CurrentPrincipal,
  DataPlaneModule,
  HostUserDirectory,
  LatchkeyApiModule,
  LatchkeyModule,
  SYSTEM,
  TokenGuard,
  TokensApi,
  UserDirectory,
  UserNumbers,
  type HostUser,
  type TokenPrincipal,
  type Transaction,
} from '../../src/index.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { ARTICLES, shopDatabase, startHost, type Host } from '../support/shop.js';
import { addressOf } from './support.js';

@Entity('shop_person')
class Person {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  id!: string;

  @Column({ type: 'varchar' })
  email!: string;

  @Column({ type: 'boolean' })
  admin!: boolean;
}

/** Over the host's own table. */
@Injectable()
class People extends HostUserDirectory {
  constructor(
    numbers: UserNumbers,
    private readonly dataSource: DataSource,
  ) {
    super(numbers);
  }

  findUser(id: string): Promise<HostUser | null> {
    return this.oneOf(this.dataSource.manager, 'person.id = :text', id);
  }

  findUserByEmail(email: string): Promise<HostUser | null> {
    return this.oneOf(this.dataSource.manager, 'person.email = :text', email.toLowerCase());
  }

  override lockUser({ manager }: Transaction, id: string): Promise<HostUser | null> {
    return this.oneOf(manager, 'person.id = :text', id);
  }

  /** By the name of the table: on SQLite, Latchkey's own connection knows no entities of the host. */
  private async oneOf(manager: EntityManager, where: string, text: string): Promise<HostUser | null> {
    const query = manager.createQueryBuilder().select('person.*').from('shop_person', 'person').where(where, { text });
    const person = await query.getRawOne<Omit<Person, 'admin'> & { admin: boolean | number }>();
    return person ? { ...person, name: person.email, admin: Boolean(person.admin), status: 'active' } : null;
  }
}

@Controller('whoami')
@UseGuards(TokenGuard)
class WhoAmI {
  @Get()
  tell(@CurrentPrincipal() { owner }: TokenPrincipal): unknown {
    return { id: owner?.hostId, name: owner?.name };
  }
}

const [ANNA, ROOT] = [randomUUID(), '9223372036854775807'];
const ACCOUNT_ID = randomUUID().replaceAll('-', '');

onBothEngines('a host whose users have ids of their own', (engine) => {
  let database: TestDatabase;
  let host: Host;
  let tokens: TokensApi;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createDatabase(engine);
    const latchkey = LatchkeyModule.forRoot({
      bcryptCost: 4,
      providers: [
        {
          provide: UserDirectory,
          useFactory: (numbers: UserNumbers, own: DataSource) => new People(numbers, own),
          inject: [UserNumbers, getDataSourceToken()],
        },
      ],
    });
    const shop = shopDatabase(addressOf(database));
    const connection = TypeOrmModule.forRoot({ ...shop, entities: [...(shop.entities as []), Person] });
    const dialects = [CloudflareModule, CanvusModule, LatchkeyApiModule].map((dialect) =>
      dialect.forRoot({ imports: [latchkey] }),
    );
    const dataPlane = DataPlaneModule.forRoot({ path: '/tokens', imports: [latchkey] });
    host = await startHost({
      imports: [connection, latchkey, dataPlane, ...dialects, ...ARTICLES.imports],
      controllers: [...ARTICLES.controllers, WhoAmI],
    });
    [tokens, dataSource] = [host.app.get(TokensApi), host.app.get(DataSource)];
    await dataSource.query('CREATE TABLE shop_person (id varchar PRIMARY KEY, email varchar, admin boolean)');
    await dataSource.manager.insert(Person, { id: ANNA, email: 'anna@shop.example', admin: false });
    await dataSource.manager.insert(Person, { id: ROOT, email: 'root@shop.example', admin: true });
    await host.app.get(AccountService).create(SYSTEM, 'The tenant', { id: ACCOUNT_ID });
  });
  afterAll(async () => {
    await host.close();
    await database.drop();
  });

  it('has tokens for them, by their ids', async () => {
    const issued = await tokens.as({ user: ROOT }).issue({ kind: 'personal_token', owner: ANNA, name: 'laptop' });
    expect(issued.token).toMatchObject({ owner: ANNA, createdBy: ROOT });
    expect((await tokens.list({ owner: ANNA })).tokens.map(({ id }) => id)).toEqual([issued.token.id]);
    expect((await tokens.as({ user: ANNA }).list()).tokens.map(({ id }) => id)).toEqual([issued.token.id]);
    expect((await tokens.list({ createdBy: ROOT })).tokens).toHaveLength(1);
    expect(await tokens.find(issued.token.id)).toEqual(issued.token);
    const stranger = tokens.issue({ kind: 'personal_token', owner: randomUUID(), name: 'x' });
    await expect(stranger).rejects.toMatchObject({ field: 'owner' });
    await tokens.revoke(issued.token.id);
  });

  it('sees them in guards, headers, introspection and the API of administrators', async () => {
    const [own, admins] = [
      await tokens.issue({ kind: 'personal_token', owner: ANNA, name: 'laptop' }),
      await tokens.issue({ kind: 'personal_token', owner: ROOT, name: 'root' }),
    ];
    const [headers, asRoot] = [own.headers(), admins.headers()];
    expect((await send(host.baseUrl, 'GET', '/whoami', { headers })).json()).toEqual({
      id: ANNA,
      name: 'anna@shop.example',
    });
    const verified = await send(host.baseUrl, 'GET', '/tokens/verify', { headers });
    expect(verified.headers['latchkey-user-id']).toBe(ANNA);
    const introspected = await send(host.baseUrl, 'POST', '/tokens/oauth2/introspect', {
      headers: { ...asRoot, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `token=${own.secret.reveal()}`,
    });
    expect(introspected.json()).toMatchObject({ active: true, sub: ANNA });
    const me = await send(host.baseUrl, 'GET', '/latchkey/v1/me', { headers });
    expect(me.json()).toMatchObject({ user: { id: ANNA } });
    const made = await send(host.baseUrl, 'POST', '/latchkey/v1/tokens', {
      headers: asRoot,
      body: JSON.stringify({ kind: 'personal_token', name: 'by root', owner_id: ANNA }),
    });
    expect(made.json()).toMatchObject({ token: { owner: { id: ANNA }, created_by: { id: ROOT } } });
  });

  it('shows integers where the vendor has them', async () => {
    const own = await tokens.issue({ kind: 'personal_token', owner: ANNA, name: 'laptop' });
    const number = await host.app.get(UserNumbers).numberOf(ANNA);
    expect(number).toBeGreaterThan(1_000_000_000);
    const headers = { 'Private-Token': own.secret.reveal() };
    const listed = await send(host.baseUrl, 'GET', `/api/v1/users/${String(number)}/access-tokens`, { headers });
    expect([listed.status, listed.json<unknown[]>().length > 0]).toEqual([200, true]);
  });

  it('creates a user and their first token in one transaction, or neither', async () => {
    const create = (id: string, isUndone: boolean): Promise<unknown> =>
      dataSource.transaction(async (manager) => {
        await manager.insert(Person, { id, email: `${id}@shop.example`, admin: false });
        const issued = await tokens.within(manager).issue({ kind: 'personal_token', owner: id, name: 'first' });
        if (isUndone) throw new Error('undone');
        return issued.headers();
      });
    const [gone, there] = [randomUUID(), randomUUID()];
    await expect(create(gone, true)).rejects.toThrow('undone');
    const headers = (await create(there, false)) as Record<string, string>;
    expect((await send(host.baseUrl, 'GET', '/whoami', { headers })).json()).toMatchObject({ id: there });
    await expect(tokens.list({ owner: gone })).rejects.toMatchObject({ field: 'owner' });
  });

  it('has accounts by the ids of its tenants', async () => {
    const issued = await tokens.issue({ kind: 'service_token', account: ACCOUNT_ID, name: 'robot' });
    const verified = await send(host.baseUrl, 'GET', '/tokens/verify', { headers: issued.headers() });
    expect([verified.status, verified.headers['latchkey-account-id']]).toEqual([200, ACCOUNT_ID]);
    const again = host.app.get(AccountService).create(SYSTEM, 'Another', { id: ACCOUNT_ID });
    await expect(again).rejects.toMatchObject({ code: 'identifier_taken' });
    const wrong = host.app.get(AccountService).create(SYSTEM, 'Another', { id: 'tenant 7' });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_value' });
  });
});
