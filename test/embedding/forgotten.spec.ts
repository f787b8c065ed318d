import { Controller, Get, Post, type ModuleMetadata } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, type DataSourceOptions } from 'typeorm';
import {
  CanvusModule,
  CloudflareModule,
  ConnectionError,
  CrmModule,
  DataPlaneModule,
  LatchkeyModule,
  MIGRATIONS,
  OptionsError,
  PathClash,
  type DatabaseAddress,
} from '../../src/index.js';
import { closeLater } from '../support/closing.js';
import { administer, createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { Article, ShopTables1790000000000, shopDatabase, startHost } from '../support/shop.js';
import { IN_MEMORY, addressOf, cloudflareAlone } from './support.js';

/** The error that keeps a host from starting; throws if it starts. */
async function faultOf(metadata: ModuleMetadata): Promise<Error> {
  const outcome = await startHost(metadata).catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome;
  throw new Error('the host has started');
}

const inMemory = (options: Parameters<typeof LatchkeyModule.forRoot>[0] = {}) =>
  LatchkeyModule.forRoot({ database: IN_MEMORY, bcryptCost: 4, ...options });

/** The error that keeps a host from starting with its own connection, which it closes itself. */
async function faultOver(options: object, latchkeyOptions: Parameters<typeof cloudflareAlone>[0] = {}): Promise<Error> {
  const source = await new DataSource(options as DataSourceOptions).initialize();
  const connection = TypeOrmModule.forRootAsync({
    useFactory: () => source.options,
    dataSourceFactory: () => Promise.resolve(source),
  });
  closeLater(() => source.destroy());
  return faultOf({ imports: [connection, ...cloudflareAlone(latchkeyOptions)] });
}

onBothEngines('the error of a host whose database is not set up completely', (engine) => {
  let database: TestDatabase;
  let connection: ReturnType<typeof shopDatabase>;

  beforeEach(async () => {
    database = await createDatabase(engine);
    connection = shopDatabase(addressOf(database));
  });

  it('says that there is no connection', async () => {
    const fault = await faultOf({ imports: cloudflareAlone({}) });
    expect(fault).toBeInstanceOf(ConnectionError);
    expect(fault.message).toMatch(/^Latchkey has no database: import TypeOrmModule\.forRoot\(.*\.\.\.ENTITIES/);
    expect(fault.message).toContain('or give LatchkeyModule.forRoot a `database`');
  });

  it('says that there is no connection of the given name', async () => {
    const fault = await faultOver(connection, { connectionName: 'tokens' });
    expect(fault).toBeInstanceOf(ConnectionError);
    expect(fault.message).toMatch(
      /^Latchkey has no database: the host has no TypeORM connection "tokens" \(it has none\): give .*`connectionName` the `name`/,
    );
  });

  it('names the connections that there are', async () => {
    const named = TypeOrmModule.forRoot({ ...connection, name: 'shop' });
    const wrong = await faultOf({ imports: [named, ...cloudflareAlone({ connectionName: 'shpo' })] });
    expect(wrong).toBeInstanceOf(ConnectionError);
    expect(wrong.message).toContain('the host has no TypeORM connection "shpo" (it has "shop"): give');
    const none = await faultOf({ imports: [named, ...cloudflareAlone({})] });
    expect(none.message).toContain('the host has no default TypeORM connection (it has "shop"): give');
  });

  it('names the entities that are not registered', async () => {
    const fault = await faultOver({ ...connection, entities: [Article] });
    expect(fault).toBeInstanceOf(ConnectionError);
    expect(fault.message).toMatch(
      /does not know Latchkey's entities \(LatchkeyAccessToken, .*LatchkeyUser.*\): add `\.\.\.ENTITIES`/,
    );
  });

  it('says that migrations have not run', async () => {
    const fault = await faultOver({ ...connection, migrations: [ShopTables1790000000000] });
    expect(fault).toBeInstanceOf(ConnectionError);
    expect(fault.message).toMatch(
      /latchkey_\w+.*: \d+ migrations of it did not run.*: add `\.\.\.MIGRATIONS` to .* `migrationsRun: true`$/,
    );
    expect(fault.message).toContain(`the newest is ${MIGRATIONS.at(-1)?.name ?? ''}: add`);
  });

  it('names the newest migration that has not run, also where no table shows it', async () => {
    const older = MIGRATIONS.slice(0, -1);
    const source = await new DataSource({
      ...(connection as DataSourceOptions),
      migrations: [ShopTables1790000000000, ...MIGRATIONS],
    }).initialize();
    // As after a migration that changes rows or indexes alone.
    await source.query(`DELETE FROM migrations WHERE name = '${MIGRATIONS.at(-1)?.name ?? ''}'`);
    await source.destroy();
    const fault = await faultOver({ ...connection, migrations: [ShopTables1790000000000, ...older] });
    expect(fault).toBeInstanceOf(ConnectionError);
    expect(fault.message).toContain(
      `one migration of it did not run, the newest is ${MIGRATIONS.at(-1)?.name ?? ''}: add`,
    );
  });

  it('does not ask for records of migrations that a host has run by other means', async () => {
    const source = await new DataSource(connection as DataSourceOptions).initialize();
    await source.query('DROP TABLE migrations');
    await source.destroy();
    await startHost({ imports: cloudflareAlone({}, {}, { ...connection, migrationsRun: false }) });
  });

  it('says that migrations of a newer version have not run', async () => {
    const older = MIGRATIONS.filter(({ name }) => !name.startsWith('LeaseLengths'));
    const fault = await faultOver({ ...connection, migrations: [ShopTables1790000000000, ...older] });
    expect(fault).toBeInstanceOf(ConnectionError);
    expect(fault.message).toMatch(/the newest is LeaseLengths\d+: add `\.\.\.MIGRATIONS`/);
  });
});

describe('the error of a host whose connection cannot be shared', () => {
  it.each([
    [
      'synchronize',
      { synchronize: true, migrationsRun: false },
      /synchronize: true.*`migrationsRun: true`; or give .* its own `database`/,
    ],
    ['a prefix for all tables', { entityPrefix: 'shop_' }, /`entityPrefix` \(shop_\).*remove the prefix$/],
  ])('says so: %s', async (_what, options, message) => {
    const database = await createDatabase('sqlite');
    const fault = await faultOver({
      ...shopDatabase(addressOf(database)),
      migrations: [],
      migrationsRun: false,
      ...options,
    });
    expect(fault).toBeInstanceOf(ConnectionError);
    expect(fault.message).toMatch(message);
  });

  it('says that a pool of one connection is too small, as a write occupies it', async () => {
    const database = await createDatabase('postgres');
    const fault = await faultOver(shopDatabase(addressOf(database), 1));
    expect(fault).toBeInstanceOf(ConnectionError);
    expect(fault.message).toMatch(/a pool of one: give it a `poolSize` of at least 2/);
  });
});

it('names a schema of the connection that is not there', async () => {
  const database = await createDatabase('postgres');
  const fault = await faultOver({ ...shopDatabase(addressOf(database)), schema: 'nowhere', migrationsRun: false });
  expect(fault).toBeInstanceOf(ConnectionError);
  expect(fault.message).toMatch(/has the `schema` nowhere, which is not in its database: correct it, or create it/);
});

describe('a host with options that are not valid', () => {
  const noDatabase = new URL(process.env.TEST_DATABASE_URL ?? '');
  noDatabase.pathname = '/nowhere';

  it.each<[what: string, database: DatabaseAddress, message: RegExp]>([
    ['no folder', { engine: 'sqlite', path: '/dev/null/x.sqlite' }, /the SQLite file \/dev\/null\/x.sqlite/],
    ['not there', { engine: 'postgres', url: noDatabase.href }, /the PostgreSQL database.*"nowhere" does not exist/],
  ])('gets an error that names the `database`: %s', async (_what, database, message) => {
    const fault = await faultOf({ imports: cloudflareAlone({ database }) });
    expect(fault).toBeInstanceOf(ConnectionError);
    expect(fault.message).toMatch(message);
    expect(fault.message).toMatch(
      /^LatchkeyModule's `database` is .*: check the address and the database, or give another$/,
    );
    expect(fault.message).not.toContain(noDatabase.password);
  });

  it('gets an error for an in-memory SQLite database, which cannot be shared', async () => {
    const fault = await faultOver(shopDatabase(IN_MEMORY));
    expect(fault).toBeInstanceOf(ConnectionError);
    expect(fault.message).toMatch(
      /in-memory SQLite database has only one connection.*: give LatchkeyModule\.forRoot its own `database`/,
    );
  });

  it('gets an error for importing LatchkeyModule twice for one database', async () => {
    const database = await createDatabase('sqlite');
    const own = { database: addressOf(database), bcryptCost: 4 };
    const latchkey = LatchkeyModule.forRoot(own);
    const canvus = CanvusModule.forRoot({ imports: [LatchkeyModule.forRoot(own)] });
    const fault = await faultOf({ imports: [latchkey, CloudflareModule.forRoot({ imports: [latchkey] }), canvus] });
    expect(fault).toBeInstanceOf(ConnectionError);
    expect(fault.message).toMatch(/imported twice .*: call forRoot once, keep its result in a constant/);
  });

  it.each([CloudflareModule, CrmModule, CanvusModule, DataPlaneModule])(
    'gets an error that says what %p requires',
    (module) => {
      const make = (): unknown => module.forRoot({ path: '/tokens' });
      expect(make).toThrow(OptionsError);
      expect(make).toThrow(
        `${module.name} has nothing to stand on: keep what LatchkeyModule.forRoot returns in a constant, ` +
          `and give it as ${module.name}.forRoot({ …, imports: [latchkey] })`,
      );
    },
  );

  const imports = [inMemory()];

  it.each<[fault: string, make: () => unknown]>([
    ['bcryptCost is 3; give a whole number from 4 to 16', () => inMemory({ bcryptCost: 3 })],
    ['leaseSeconds is "2"; give a whole number from 1 to 60', () => inMemory({ leaseSeconds: '2' as never })],
    ['credentialCache.entries is -1; give', () => inMemory({ credentialCache: { entries: -1 } })],
    ['credentialCache is 300; give an object', () => inMemory({ credentialCache: 300 as never })],
    [
      'loginThrottle.windowSeconds is 0; give',
      () => inMemory({ loginThrottle: { failuresPerAccount: 1, failuresPerAddress: 1, windowSeconds: 0 } }),
    ],
    ['cleanup.auditRetentionDays is -1; give', () => inMemory({ cleanup: { auditRetentionDays: -1 } })],
    [
      'cleanup.retention is unknown; the options are auditRetentionDays, initialDelayMs, intervalMs',
      () => inMemory({ cleanup: { retention: 1 } as never }),
    ],
    [
      'database is an object; give { engine: "sqlite", path: "…" } or',
      () => inMemory({ database: { engine: 'mysql', url: 'mysql://root:hunter2@localhost/x' } as never }),
    ],
    ['database is an object; give', () => inMemory({ database: { engine: 'postgres', url: 'localhost' } })],
    [
      'secretPrefix is "no underscore"; give up to 15 letters or digits and an underscore',
      () => CloudflareModule.forRoot({ secretPrefix: 'no underscore', imports }),
    ],
    ['tokensPerAccount is 1.5; give', () => CloudflareModule.forRoot({ tokensPerAccount: 1.5, imports })],
    [
      'httpErrors is "always"; give "ok" or "status"',
      () => CrmModule.forRoot({ httpErrors: 'always' as never, imports }),
    ],
    [
      'allowNoIdentifier is "false"; give true or false',
      () => CrmModule.forRoot({ allowNoIdentifier: 'false' as never, imports }),
    ],
    ['keepaliveSeconds is 0; give', () => CanvusModule.forRoot({ keepaliveSeconds: 0, imports })],
    ['maxAgeSeconds is NaN; give', () => DataPlaneModule.forRoot({ maxAgeSeconds: NaN, imports })],
    [
      'credentials.cloudflare.jsonHeader is "X Token"; give the name of a header',
      () => LatchkeyModule.forRoot({ credentials: { cloudflare: { jsonHeader: 'X Token' } } }),
    ],
    [
      'maxAge is unknown; the options are maxAgeSeconds, withoutAccount, port, host, maxConnections',
      () => DataPlaneModule.forRoot({ maxAge: 60, imports } as never),
    ],
    [
      'cannot be served at /tenants/:id: give a `path` without parameters',
      () => CloudflareModule.forRoot({ path: '/tenants/:id', imports }),
    ],
  ])('gets the error: %s', (fault, make) => {
    expect(make).toThrow(OptionsError);
    expect(make).toThrow(fault);
    expect(make).not.toThrow('hunter2');
  });

  it('gets all problems in one error, also for options that are created when the application starts', async () => {
    const latchkey = LatchkeyModule.forRootAsync({
      useFactory: () => Promise.resolve({ database: IN_MEMORY, bcryptCost: 99, leaseSeconds: 61 }),
    });
    const fault = await faultOf({ imports: [latchkey] });
    expect(fault).toBeInstanceOf(OptionsError);
    expect(fault.message).toBe(
      'LatchkeyModule has options that are not valid: bcryptCost is 99; give a whole number from 4 to 16. ' +
        'leaseSeconds is 61; give a whole number from 1 to 60',
    );
    const nothing = LatchkeyModule.forRootAsync({ useFactory: () => undefined as never });
    expect((await faultOf({ imports: [nothing] })).message).toMatch(
      /^LatchkeyModule was given undefined as its options: pass an object \(it may be empty\)$/,
    );
  });

  it('may pass undefined for options that have a default', async () => {
    const latchkey = inMemory({ bcryptCost: undefined, leaseSeconds: undefined });
    const canvus = CanvusModule.forRoot({ keepaliveSeconds: undefined, imports: [latchkey] });
    await startHost({ imports: [latchkey, canvus] });
  });
});

describe('the error of a host whose paths clash', () => {
  @Controller('client/v4/accounts')
  class AccountsOfHost {
    @Get()
    list(): string {
      return 'ours';
    }
  }

  @Controller('client/v4')
  class BelowController {
    @Post('extra')
    extra(): string {
      return 'ours';
    }
  }

  @Controller('verify')
  class VerifyController {
    @Get()
    verify(): string {
      return 'ours';
    }
  }

  const latchkey = inMemory();
  const imports = [latchkey];

  it.each<[what: string, metadata: ModuleMetadata, fault: string]>([
    [
      'of two dialects at one path',
      { imports: [CanvusModule.forRoot({ path: 'api', imports }), CrmModule.forRoot({ path: '/api/', imports })] },
      'to be served at /api, where the application has POST /api/authentication/token: give',
    ],
    [
      'of one dialect below another',
      { imports: [CanvusModule.forRoot({ imports }), CrmModule.forRoot({ path: 'api/v1/crm', imports })] },
      '/api/v1',
    ],
    [
      'of a route of its own that is a dialect’s, too',
      { imports: [CloudflareModule.forRoot({ imports })], controllers: [AccountsOfHost] },
      'CloudflareModule is to be served at /client/v4, where the application has GET /client/v4/accounts: give',
    ],
    [
      'of a route of its own below a dialect',
      { imports: [CloudflareModule.forRoot({ imports })], controllers: [BelowController] },
      'where the application has POST /client/v4/extra: give CloudflareModule another `path` in its forRoot',
    ],
    [
      'of all its routes with a dialect at the root',
      { imports: [CanvusModule.forRoot({ path: '/', imports })], controllers: [VerifyController] },
      'CanvusModule is to be served at /, where the application has GET /verify: give',
    ],
    [
      'of a route of its own with the one ahead of all routes',
      { imports: [DataPlaneModule.forRoot({ imports })], controllers: [VerifyController] },
      'DataPlaneModule is to be served at /verify, where the application has GET /verify: give',
    ],
  ])('tells %s', async (_what, metadata, fault) => {
    const error = await faultOf({ ...metadata, imports: [latchkey, ...(metadata.imports ?? [])] });
    expect(error).toBeInstanceOf(PathClash);
    expect(error.message).toContain(fault);
    expect(error.message).toMatch(/another `path` in its forRoot$/);
  });
});

describe('a host that failed to start', () => {
  it('has no connection of ours open when it is closed', async () => {
    const database = await createDatabase('postgres');
    const latchkey = inMemory({ database: addressOf(database) });
    const imports = [latchkey];
    const fault = await faultOf({
      imports: [latchkey, CanvusModule.forRoot({ imports }), CrmModule.forRoot({ path: 'api/v1', imports })],
    });
    expect(fault).toBeInstanceOf(PathClash);
    const open = `SELECT pid FROM pg_stat_activity WHERE datname = '${database.name}'`;
    expect(await administer(open)).toEqual([]);
  });
});
