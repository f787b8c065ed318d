/** The connection of a host as it is: its own entities, schema, replica and naming strategy. */
import { describe, expect, it } from '@jest/globals';
import { getDataSourceToken, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { Column, DataSource, DefaultNamingStrategy, Entity, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ConnectionError, ENTITIES, EventBus, TokenRevoked } from '../../src/index.js';
import { createDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { shopDatabase, startHost, type Host } from '../support/shop.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import { addressOf, cloudflareAlone, firstStart, issueServiceToken } from './support.js';

/** A host's own users and accounts, which come to be known after Latchkey's. */
@Entity('shop_user')
class User {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  @Column({ type: 'varchar' })
  name!: string;
}

@Entity('shop_order')
class Order {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  @ManyToOne('User')
  author!: Relation<User>;
}

/** Gives every table and column its name in upper case, unless one is given. */
class Loud extends DefaultNamingStrategy {
  override tableName(className: string, given: string | undefined): string {
    return given ?? className.toUpperCase();
  }

  override columnName(property: string, given: string | undefined): string {
    return given ?? property.toUpperCase();
  }
}

/** Puts a prefix before names that are given, too. */
class Prefixing extends DefaultNamingStrategy {
  override tableName(className: string, given: string | undefined): string {
    return `shop_${given ?? className}`;
  }
}

class Shouting extends DefaultNamingStrategy {
  override columnName(property: string, given: string | undefined): string {
    return (given ?? property).toUpperCase();
  }
}

async function hostOver(connection: TypeOrmModuleOptions): Promise<Host> {
  return startHost({ imports: cloudflareAlone({}, {}, connection) });
}

/** Issues, lists and deletes a token, and tells whether each step sees the one before. */
async function lifeOfToken(host: Host): Promise<unknown> {
  const revoked: string[] = [];
  host.app.get(EventBus).subscribe(
    ({ target }) => {
      revoked.push(target.id ?? '');
    },
    [TokenRevoked],
  );
  const api = `${host.baseUrl}/client/v4`;
  const headers = { Authorization: `Bearer ${ADMIN.token}` };
  const issued = await issueServiceToken(api, ADMIN.token);
  const path = `/accounts/${ACCOUNT.id}/access/service_tokens`;
  const listed = async (): Promise<string[]> =>
    (await send(api, 'GET', path, { headers })).json<{ result: { id: string }[] }>().result.map(({ id }) => id);
  const before = await listed();
  const { status } = await send(api, 'DELETE', `${path}/${issued.id}`, { headers });
  return { before: before.includes(issued.id), status, after: await listed(), told: revoked.includes(issued.id) };
}

const LIVED = { before: true, status: 200, after: [], told: true };

describe('the entities of a host', () => {
  it('have their names for themselves: every class of Latchkey begins with its name', () => {
    expect(ENTITIES.map(({ name }) => name).filter((name) => !name.startsWith('Latchkey'))).toEqual([]);
  });

  it('are found by their names, although Latchkey has users as well', async () => {
    const dataSource = new DataSource({
      type: 'better-sqlite3',
      database: ':memory:',
      entities: [...ENTITIES, User, Order],
    });
    await dataSource.initialize();
    try {
      await dataSource.query('CREATE TABLE shop_user (id integer PRIMARY KEY, name varchar)');
      await dataSource.query('CREATE TABLE shop_order (id integer PRIMARY KEY, "authorId" integer)');
      await dataSource.getRepository(User).insert({ id: 1, name: 'Anna' });
      await dataSource.query('INSERT INTO shop_order VALUES (1, 1)');
      const [order] = await dataSource.getRepository(Order).find({ relations: { author: true } });
      expect(order?.author).toEqual({ id: 1, name: 'Anna' });
      expect(dataSource.getRepository('User').metadata.tableName).toBe('shop_user');
    } finally {
      await dataSource.destroy();
    }
  });
});

describe('a PostgreSQL connection of a host', () => {
  it('may have a schema, which gets every table', async () => {
    const database = await createDatabase('postgres');
    const setUp = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    await setUp.query('CREATE SCHEMA "The shop"');
    const host = await hostOver({ ...shopDatabase(addressOf(database)), schema: 'The shop' });
    await firstStart(host);
    expect(await lifeOfToken(host)).toEqual(LIVED);
    const tables = `SELECT DISTINCT table_schema AS name FROM information_schema.tables WHERE table_name LIKE 'latchkey%'`;
    expect(await setUp.query(tables)).toEqual([{ name: 'The shop' }]);
    const dataSource = host.app.get<DataSource>(getDataSourceToken());
    // The host's own names mean what they meant.
    expect(await dataSource.query('SELECT current_schema() AS name')).toEqual([{ name: 'public' }]);
    await host.close();
    await setUp.destroy();
  });

  it('is refused where its schema is hidden by tables of another Latchkey', async () => {
    const database = await createDatabase('postgres');
    const first = await hostOver(shopDatabase(addressOf(database)));
    await first.close();
    const setUp = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    await setUp.query('CREATE SCHEMA shop');
    await setUp.destroy();
    const second = hostOver({ ...shopDatabase(addressOf(database)), schema: 'shop' });
    await expect(second).rejects.toThrow(/schema shop, but the table latchkey_\w+ is in another schema.*ALTER ROLE/);
    await expect(second).rejects.toBeInstanceOf(ConnectionError);
  });

  it('may have a replica, from which nothing of Latchkey is read', async () => {
    const [primary, replica] = [await createDatabase('postgres'), await createDatabase('postgres')];
    const { url: _url, ...options } = shopDatabase(addressOf(primary)) as { url: string } & TypeOrmModuleOptions;
    // It has no tables: a read from it fails.
    const replication = { master: { url: primary.url }, slaves: [{ url: replica.url }] };
    const host = await hostOver({ ...options, replication } as TypeOrmModuleOptions);
    await firstStart(host);
    expect(await lifeOfToken(host)).toEqual(LIVED);
    await host.close();
  });
});

describe('a naming strategy of a host', () => {
  it('that leaves given names as they are is welcome', async () => {
    const database = await createDatabase('sqlite');
    const host = await hostOver({ ...shopDatabase(addressOf(database)), namingStrategy: new Loud() });
    await firstStart(host);
    expect(await lifeOfToken(host)).toEqual(LIVED);
    await host.close();
  });

  it.each([
    [
      'tables',
      new Prefixing(),
      /naming strategy .* renames latchkey_\w+ to shop_latchkey_\w+,.*return a name that is given/,
    ],
    ['columns', new Shouting(), /naming strategy .* renames \w+ to [A-Z_]+,.*return a name that is given/],
  ])('that renames %s is refused by name', async (_what, namingStrategy, message) => {
    const database = await createDatabase('sqlite');
    const options = { ...shopDatabase(addressOf(database)), migrationsRun: false, namingStrategy };
    await expect(hostOver(options)).rejects.toThrow(message);
  });
});
