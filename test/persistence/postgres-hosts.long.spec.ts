/** `sslmode` and several hosts in DATABASE_URL mean what they mean to libpq. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/persistence/index.js';
import { freePort } from '../support/free-port.js';
import { PostgresServer } from '../support/start-postgres.js';

const NOTHING = { entities: [], migrations: [] };

describe('PostgreSQL with TLS', () => {
  let secure: PostgresServer;
  let other: PostgresServer;
  let folder: string;
  let base: URL;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'latchkey-tls-'));
    chmodSync(folder, 0o755);
    for (const [name, san] of [
      ['server', 'DNS:localhost'],
      ['stranger', 'DNS:localhost'],
    ] as const) {
      execFileSync(
        'openssl',
        [
          ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
          ...['-subj', '/CN=test', '-addext', `subjectAltName=${san}`],
          ...['-keyout', path.join(folder, `${name}.key`), '-out', path.join(folder, `${name}.crt`)],
        ],
        { stdio: 'ignore' },
      );
    }
    secure = await PostgresServer.start();
    other = await PostgresServer.start();
    base = new URL(secure.url);
    const client = new pg.Client(secure.url);
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    const data = rows[0]?.data_directory ?? '';
    for (const end of ['crt', 'key']) {
      copyFileSync(path.join(folder, `server.${end}`), path.join(data, `server.${end}`));
      chmodSync(path.join(data, `server.${end}`), 0o600);
    }
    if (process.getuid?.() === 0)
      execFileSync('chown', ['--reference', data, path.join(data, 'server.key'), path.join(data, 'server.crt')]);
    await client.query('ALTER SYSTEM SET ssl = on');
    await client.query('SELECT pg_reload_conf()');
    await client.end();
  }, 60_000);

  async function connect(url: string): Promise<{ tls: boolean; port: number }> {
    const dataSource = new DataSource(dataSourceOptions({ engine: 'postgres', url }, 2, NOTHING));
    try {
      await dataSource.initialize();
      const [row] = await dataSource.query<{ tls: boolean; port: number }[]>(
        'SELECT ssl AS tls, inet_server_port() AS port FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
      );
      return row ?? { tls: false, port: 0 };
    } finally {
      if (dataSource.isInitialized) await dataSource.destroy();
    }
  }

  const to = (host: string, query: string): string =>
    `postgres://latchkey:latchkey@${host}:${base.port}/postgres?${query}`;
  const root = (name: string): string => `sslrootcert=${path.join(folder, `${name}.crt`)}`;

  it.each([
    ['localhost', 'sslmode=disable', false],
    ['localhost', 'sslmode=allow', false],
    ['localhost', 'sslmode=prefer', true],
    ['localhost', 'sslmode=require', true],
  ])('connects to %s by %s', async (host, query, tls) => {
    expect((await connect(to(host, query))).tls).toBe(tls);
  });

  it('verifies the chain by verify-ca, and by require with a root certificate, but no name', async () => {
    for (const mode of ['verify-ca', 'require']) {
      const query = `sslmode=${mode}`;
      expect((await connect(to('127.0.0.1', `${query}&${root('server')}`))).tls).toBe(true);
      await expect(connect(to('127.0.0.1', `${query}&${root('stranger')}`))).rejects.toThrow(/certificate|signature/);
    }
  });

  it('verifies the name as well by verify-full', async () => {
    expect((await connect(to('localhost', `sslmode=verify-full&${root('server')}`))).tls).toBe(true);
    await expect(connect(to('127.0.0.1', `sslmode=verify-full&${root('server')}`))).rejects.toThrow(/altnames|IP/);
    await expect(connect(to('localhost', 'sslmode=verify-full'))).rejects.toThrow(/self-signed/);
  });

  it('talks in clear to a server without TLS by prefer, and not by require', async () => {
    expect((await connect(`${other.url}?sslmode=prefer`)).tls).toBe(false);
    await expect(connect(`${other.url}?sslmode=require`)).rejects.toThrow('does not support SSL');
  });

  it('names a file that cannot be read', async () => {
    await expect(connect(to('localhost', 'sslmode=verify-full&sslrootcert=/nowhere.crt'))).rejects.toThrow(
      'sslrootcert of DATABASE_URL names /nowhere.crt, which cannot be read (ENOENT)',
    );
  });

  describe('of several hosts', () => {
    const ports = async (...all: (string | number)[]): Promise<string> =>
      Promise.resolve(
        `postgres://latchkey:latchkey@${all.map((port) => `127.0.0.1:${String(port)}`).join(',')}/postgres`,
      );

    it('takes the first that answers', async () => {
      const [dead, alive] = [await freePort(), new URL(other.url).port];
      expect((await connect(await ports(dead, alive))).port).toBe(Number(alive));
      expect((await connect(await ports(alive, dead))).port).toBe(Number(alive));
      await expect(connect(await ports(dead, await freePort()))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });

    it('does not try a wrong password everywhere', async () => {
      const all = (await ports(base.port, new URL(other.url).port)).replace(':latchkey@', ':wrong@');
      await expect(connect(all)).rejects.toMatchObject({ code: '28P01' });
    });

    it('takes the one that can be written to, and the other one after they have changed places', async () => {
      const [first, second] = [Number(base.port), Number(new URL(other.url).port)];
      const url = `${await ports(first, second)}?target_session_attrs=read-write`;
      const readOnly = async (server: PostgresServer, value: string): Promise<void> => {
        const client = new pg.Client(server.url);
        await client.connect();
        await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
        await client.query('SELECT pg_reload_conf()');
        await client.end();
      };
      expect((await connect(url)).port).toBe(first);
      await readOnly(secure, 'on');
      expect((await connect(url)).port).toBe(second);
      await readOnly(secure, 'off');
      await readOnly(other, 'on');
      expect((await connect(url)).port).toBe(first);
      expect((await connect(url.replace('read-write', 'read-only'))).port).toBe(second);
      await readOnly(other, 'off');
    });
  });
});
