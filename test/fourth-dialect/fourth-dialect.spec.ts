/** A dialect that is added from outside, without a change in `src`: standalone and in a host, on both engines. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { loadConfig, settingsTables, type Config, type DialectSettings } from '../../src/config/index.js';
import { dialectSettings, type Dialect } from '../../src/dialect-kit.js';
import { DIALECTS } from '../../src/dialects.js';
import { documents } from '../../src/standalone/docs.js';
import { firstAccess } from '../../src/standalone/first-access.js';
import {
  AccountService,
  CloudflareModule,
  DataPlaneModule,
  LatchkeyModule,
  PersonalTokenService,
  SYSTEM,
  Secret,
} from '../../src/index.js';
import { firstStartNotice } from '../../src/cli/index.js';
import { settingsHelp } from '../../src/cli/settings-help.js';
import { Connection } from '../../src/persistence/index.js';
import { entitiesOf, migrationsOf, schemaOf } from '../../src/schema.js';
import { createServer, type Server } from '../../src/standalone/server.js';
import { addressOf, firstStart } from '../embedding/support.js';
import { closeLater } from '../support/closing.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { shopDatabase, startHost } from '../support/shop.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import { RandomTokenHandles, type Account } from '../../src/identity/index.js';
import { acme } from './acme/acme.dialect.js';
import { AcmeAccount } from './acme/acme-account.js';
import { AcmeModule } from './acme/acme.module.js';

const ALL = [...DIALECTS, acme];
const BEARER = { Authorization: `Bearer ${ADMIN.token}` };
const KEYS = `/acme/accounts/${ACCOUNT.id}/keys`;
const FORM = { ...BEARER, 'Content-Type': 'application/x-www-form-urlencoded' };

interface Key {
  readonly id: string;
  readonly handle: string;
  readonly key: string;
}

interface Running {
  readonly app: Server['app'];
  readonly baseUrl: string;
  close(): Promise<void>;
}

type Start = (database: TestDatabase) => Promise<Running>;

function configOf({ url }: TestDatabase): Config<DialectSettings> {
  const env = {
    DATABASE_URL: url,
    PORT: '0',
    BCRYPT_COST: '4',
    LOG_LEVEL: 'silent',
    ADMIN_TOKEN: ADMIN.token,
    ACCOUNT_ID: ACCOUNT.id,
    ACME_KEY_PREFIX: 'own_',
  };
  return loadConfig(env, dialectSettings(ALL));
}

const standalone: Start = async (database) => {
  const server = await createServer(configOf(database), { dialects: ALL });
  await server.start();
  const { port } = new URL(await server.app.getUrl());
  return { app: server.app, baseUrl: `http://127.0.0.1:${port}`, close: () => server.stop() };
};

const embedded: Start = async (database) => {
  const connection = {
    ...shopDatabase(addressOf(database)),
    entities: entitiesOf(ALL),
    migrations: migrationsOf(ALL),
  };
  const latchkey = LatchkeyModule.forRoot({ dialects: ALL, bcryptCost: 4 });
  const imports = [latchkey];
  const host = await startHost({
    imports: [
      TypeOrmModule.forRoot(connection),
      latchkey,
      DataPlaneModule.forRoot({ imports }),
      CloudflareModule.forRoot({ imports }),
      AcmeModule.forRoot({ prefix: 'own_', imports }),
    ],
  });
  await firstStart(host);
  return host;
};

onBothEngines('a dialect of a third party', (engine) => {
  describe.each([
    ['standalone', standalone],
    ['in a host', embedded],
  ] as const)('%s', (_name, start) => {
    let database: TestDatabase;
    let running: Running;

    beforeAll(async () => {
      database = await createDatabase(engine);
      running = await start(database);
    });
    afterAll(async () => {
      await running.close();
      await database.drop();
    });

    const ask = (method: string, path: string, headers: Record<string, string>, body = ''): Promise<Reply> =>
      send(running.baseUrl, method, path, { headers, body });

    const issue = async (name: string): Promise<Key> =>
      (await ask('POST', KEYS, BEARER, JSON.stringify({ name, team: 'red' }))).json<Key>();

    const verify = (key: string, policy = ''): Promise<Reply> => ask('GET', `/verify${policy}`, { 'X-Acme-Key': key });

    it('issues and lists its tokens according to its settings', async () => {
      const { id, key } = await issue('listed');
      expect(key).toMatch(/^own_/);
      const list = (await ask('GET', KEYS, BEARER)).json();
      expect(list).toContainEqual({ id, handle: expect.any(String), name: 'listed', team: 'red' });
      expect((await ask('GET', KEYS, { Authorization: 'Bearer x' })).status).toBe(401);
    });

    it('has its tokens verified, also by kind, and no others instead', async () => {
      const { id, key } = await issue('verified');
      const { status, headers } = await verify(key);
      expect([status, headers['latchkey-token-id'], headers['latchkey-token-kind']]).toEqual([200, id, 'acme_key']);
      expect((await verify(key, '?kind=acme_key')).status).toBe(200);
      expect((await verify(key, '?kind=service_token')).status).toBe(403);
      expect((await verify(`${key}0`)).status).toBe(401);
      expect((await verify(ADMIN.token)).status).toBe(401);
      expect((await ask('GET', '/verify', { 'X-Acme-Key': key, ...BEARER })).status).toBe(401);
      const refusal = await verify(key, '?kind=x');
      expect([refusal.status, refusal.text]).toEqual([400, expect.stringContaining('session, acme_key')]);
      const { headers: none } = await ask('GET', '/verify', {});
      expect(none.vary?.split(', ')).toContain('X-Acme-Key');
    });

    it('has its tokens introspected', async () => {
      const { id, key } = await issue('introspected');
      const { status, ...reply } = await ask('POST', '/oauth2/introspect', FORM, `token=${key}`);
      expect(status).toBe(200);
      expect(reply.json()).toMatchObject({ active: true, jti: id, kind: 'acme_key', client_id: expect.any(String) });
    });

    it('has its services authenticated at the OAuth endpoints by HTTP Basic', async () => {
      const [own, sibling] = [await issue('own'), await issue('sibling')];
      const basic = (name: string, key: string): Record<string, string> => ({
        Authorization: `Basic ${Buffer.from(`${name}:${key}`).toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      });
      const caller = basic(own.handle, own.key);
      const introspect = async (token: string): Promise<unknown> =>
        (await ask('POST', '/oauth2/introspect', caller, `token=${token}`)).json();
      expect(await introspect(own.key)).toMatchObject({ active: true, jti: own.id, kind: 'acme_key' });
      expect(await introspect(sibling.key)).toMatchObject({ active: true, jti: sibling.id });
      expect(await introspect(ADMIN.token)).toEqual({ active: false });
      const others = await ask('POST', '/oauth2/revoke', caller, `token=${sibling.key}`);
      expect([others.status, others.json()]).toEqual([400, expect.objectContaining({ error: 'unauthorized_client' })]);
      expect((await ask('POST', '/oauth2/revoke', caller, `token=${own.key}`)).status).toBe(200);
      expect((await verify(own.key)).status).toBe(401);
      expect((await verify(sibling.key)).status).toBe(200);
      for (const wrong of [caller, basic(sibling.handle, own.key), basic('x', sibling.key), basic(own.handle, 'x')]) {
        const refused = await ask('POST', '/oauth2/introspect', wrong, `token=${sibling.key}`);
        const error = { error: 'invalid_client', error_description: 'the service token or Acme key is not accepted' };
        expect([refused.status, refused.json()]).toEqual([401, error]);
      }
    });

    it('stores a setting for each account, and deletes it with the account', async () => {
      const accounts = running.app.get(AccountService);
      const { dataSource } = running.app.get(Connection);
      const ownRows = (accountId: string): Promise<number> => dataSource.manager.countBy(AcmeAccount, { accountId });
      const setting = async (body: object): Promise<Reply> =>
        ask('PUT', `/client/v4/accounts/${ACCOUNT.id}`, BEARER, JSON.stringify({ settings: body }));
      expect(await accounts.settingsOf([{ id: ACCOUNT.id } as Account])).toMatchObject([{ acme_team: 'none' }]);
      expect((await setting({ acme_team: 7 })).text).toContain('acme_team in it must be a string of at most 100');
      const changed = (await setting({ acme_team: 'blue' })).json<{ result: { settings: object } }>();
      expect(changed.result.settings).toMatchObject({ acme_team: 'blue' });
      const created = await ask('POST', KEYS, BEARER, JSON.stringify({ name: 'of no team' }));
      expect(created.json()).toMatchObject({ team: 'blue' });
      const { id } = await accounts.create(SYSTEM, 'To be deleted');
      await accounts.update(SYSTEM, id, { settings: { acme_team: 'gone' } });
      expect(await ownRows(id)).toBe(1);
      await accounts.delete(SYSTEM, id);
      expect(await ownRows(id)).toBe(0);
      expect(await ownRows(ACCOUNT.id)).toBe(1);
    });

    it('has its tokens revoked at /oauth2/revoke, and revokes them itself', async () => {
      const [one, other] = [await issue('one'), await issue('other')];
      expect((await ask('POST', '/oauth2/revoke', FORM, `token=${one.key}`)).status).toBe(200);
      expect((await ask('DELETE', `${KEYS}/${other.id}`, BEARER)).status).toBe(204);
      for (const { key } of [one, other]) expect((await verify(key)).status).toBe(401);
    });

    it('has a schema that matches its entities, in which every key has a digest', async () => {
      const { dataSource } = running.app.get(Connection);
      const drift = async (source: DataSource): Promise<string[]> =>
        (await source.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);
      expect(await drift(dataSource)).toEqual([]);
      const row = `"kind", "acme_team" FROM "latchkey_token" WHERE "kind" = 'acme_key'`;
      expect(await dataSource.query(`SELECT ${row}`)).not.toEqual([]);
      await expect(
        dataSource.query(`UPDATE "latchkey_token" SET "secret_digest" = NULL WHERE "kind" = 'acme_key'`),
      ).rejects.toThrow('latchkey_token_digest_present');
    });
  });

  it('is migrated down and up', async () => {
    const database = await createDatabase(engine);
    const { dataSourceOptions, openDatabase } = await import('../../src/persistence/index.js');
    const { address } = configOf(database).database;
    const source = await openDatabase(dataSourceOptions(address, 4, schemaOf(ALL)));
    const columns = async (): Promise<boolean> =>
      source.query('SELECT "acme_team" FROM "latchkey_token"').then(
        () => true,
        () => false,
      );
    expect(await columns()).toBe(true);
    await source.undoLastMigration({ transaction: 'each' });
    expect(await columns()).toBe(false);
    await source.runMigrations({ transaction: 'each' });
    expect(await columns()).toBe(true);
    expect((await source.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
    await source.destroy();
    await database.drop();
  });
});

describe('a dialect of a third party', () => {
  it('is documented, and so are its credentials', async () => {
    const database = await createDatabase('sqlite');
    const server = await createServer(configOf(database), { dialects: ALL });
    const made = await documents(server.app, ALL);
    expect(Object.keys(made)).toEqual(['cloudflare', 'crm', 'canvus', 'latchkey', 'acme', 'data-plane']);
    expect(Object.keys(made.acme?.().paths ?? {})).toEqual([
      '/acme/accounts/{accountId}/keys',
      '/acme/accounts/{accountId}/keys/{id}',
    ]);
    const dataPlane = JSON.stringify(made['data-plane']?.());
    expect(dataPlane).toContain('an Acme key (`X-Acme-Key`)');
    expect(dataPlane).toContain('Service token or Acme key');
    expect(JSON.stringify(made.cloudflare?.())).toContain('the team of Acme keys that name none');
    expect(dataPlane).toContain('"enum":["service_token","personal_token","session","acme_key","access_token"]');
    await server.stop();
    await database.drop();
  });

  it('has its settings listed, and its first call shown', () => {
    expect(settingsHelp(settingsTables(dialectSettings(ALL)))).toContain('ACME_KEY_PREFIX');
    const secret = new Secret('s');
    const made = { email: 'a@b', password: secret, token: secret, accountId: 'x', accountName: 'X' };
    const access = firstAccess(made, {});
    const calls = ALL.flatMap(({ firstCall }) => firstCall?.(access, 'http://h') ?? []);
    expect(firstStartNotice(access, calls, 'http://h')).toContain('Issue a key, as clients of Acme do:\n\n  curl ');
  });

  const hostWith = async (dialects: readonly Dialect[]): ReturnType<typeof startHost> => {
    const database = await createDatabase('sqlite');
    closeLater(() => database.drop());
    const latchkey = LatchkeyModule.forRoot({ dialects, bcryptCost: 4, database: addressOf(database) });
    return startHost({ imports: [latchkey, AcmeModule.forRoot({ imports: [latchkey] })] });
  };

  it('without handles of personal tokens gets random ones', async () => {
    const host = await hostWith([acme]);
    await firstStart(host);
    const { token } = await host.app.get(PersonalTokenService).issue(SYSTEM, ADMIN.id, 'a token');
    expect(token.handle).toMatch(/^[0-9a-f]{32}$/);
    await host.close();
  });

  it('with handles of its own in addition to another is refused, with the names of both', async () => {
    const second = { ...acme, personalTokenHandles: () => new RandomTokenHandles() };
    await expect(hostWith([...DIALECTS, second])).rejects.toThrow(
      'the dialects canvus and acme all make the handles of personal tokens: leave out all but one',
    );
  });
});
