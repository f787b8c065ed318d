import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { loadConfig, settingsTables } from '../../src/config/index.js';
import { describeSettings } from '../../src/settings/index.js';
import { ROOT, copiedFromHere, environment, letThrough, stages, textsOf, type Stage } from './dockerfile.js';

const FOLDER = path.join(ROOT, 'examples/compose');

/** Names of variables that Latchkey reads; each secret may be in a file. */
const SETTINGS = settingsTables()
  .flatMap(describeSettings)
  .flatMap(({ env }) => (env === undefined ? [] : [env, `${env}_FILE`]));

const all = stages();
const last: Stage = all.at(-1) ?? [];

describe('the Dockerfile', () => {
  it('has two stages, each from a tagged image of the line of Node that is recommended', () => {
    const images = all.flatMap((stage) => textsOf(stage, 'FROM'));
    expect(images).toEqual(['node:24-bookworm AS build', 'node:24-bookworm-slim']);
  });

  it('copies what is there and what .dockerignore lets through, and nothing else gets through', () => {
    const sources = all.flatMap(copiedFromHere).map(({ source }) => source);
    expect(sources.filter((source) => !existsSync(path.join(ROOT, source)))).toEqual([]);
    expect([...new Set(sources)].sort()).toEqual(letThrough().sort());
  });

  it('runs as a user with a number, who is not root, with the data in a volume of theirs', () => {
    expect(textsOf(last, 'USER')).toEqual(['1000:1000']);
    expect(textsOf(last, 'VOLUME')).toEqual(['/data']);
    expect(textsOf(last, 'RUN').join('\n')).toContain('install -d -m 700 -o 1000 -g 1000 /data');
    // What comes after it would be done as that user.
    expect(last.slice(last.findIndex(({ name }) => name === 'USER')).map(({ name }) => name)).not.toContain('RUN');
  });

  it('keeps the first credentials out of the log, and sets nothing that Latchkey does not read', () => {
    const env = environment(last);
    expect(env.FIRST_CREDENTIALS_FILE).toBe('/data/first-credentials.json');
    expect(Object.keys(env).filter((name) => name !== 'NODE_ENV' && !SETTINGS.includes(name))).toEqual([]);
    expect(loadConfig(env).database.address).toEqual({ engine: 'sqlite', path: '/data/latchkey.sqlite' });
  });

  it('starts Latchkey itself as the first process, which gets the signals, and checks whether it is ready', () => {
    expect(textsOf(last, 'ENTRYPOINT')).toEqual(['["latchkey"]']);
    expect(textsOf(last, 'HEALTHCHECK').join()).toMatch(/CMD \["node", "\/app\/health-check\.js"\]$/);
  });
});

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<'latchkey' | 'database' | 'caddy', Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

describe('the example for Docker Compose', () => {
  const compose = load(readFileSync(path.join(FOLDER, 'compose.yaml'), 'utf8')) as Compose;
  const { latchkey, database, caddy } = compose.services;

  it('sets only what Latchkey reads', () => {
    expect(Object.keys(latchkey.environment ?? {}).filter((name) => !SETTINGS.includes(name))).toEqual([]);
  });

  it('opens no port but those of the proxy', () => {
    expect([latchkey.ports, database.ports, caddy.ports]).toEqual([undefined, undefined, ['80:80', '443:443']]);
  });

  it('gives each service only its own secret, by a file', () => {
    expect([latchkey.secrets, database.secrets]).toEqual([['database-url'], ['database-password']]);
    for (const [name, value] of Object.entries({ ...latchkey.environment, ...database.environment })) {
      if (/PASSWORD|DATABASE_URL/.test(name)) expect([name, value]).toEqual([name, expect.stringMatching(/^\/run\//)]);
    }
  });

  it('makes secrets that fit together, once, in a folder that others cannot enter', () => {
    const copy = mkdtempSync(path.join(tmpdir(), 'latchkey-compose-'));
    try {
      cpSync(path.join(FOLDER, 'make-secrets.sh'), path.join(copy, 'make-secrets.sh'));
      const make = (): unknown => execFileSync('./make-secrets.sh', { cwd: copy, stdio: 'pipe' });
      make();
      const secret = (name: string): string =>
        readFileSync(path.resolve(copy, compose.secrets[name]?.file ?? ''), 'utf8');
      expect(secret('database-password')).toMatch(/^[0-9a-f]{48}$/);
      const { database: address } = loadConfig({ DATABASE_URL: secret('database-url') });
      const url = `postgres://latchkey:${secret('database-password')}@database:5432/latchkey`;
      expect(address.address).toEqual({ engine: 'postgres', url });
      expect(statSync(path.join(copy, 'secrets')).mode & 0o777).toBe(0o700);
      expect(make).toThrow(/left as it is/);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it('mounts files that are there', () => {
    const mounted = (caddy.volumes ?? [])
      .map((volume) => volume.split(':')[0] ?? '')
      .filter((name) => name.startsWith('.'));
    expect(mounted).toEqual(['../front/caddy/Caddyfile']);
    expect(mounted.filter((name) => !existsSync(path.resolve(FOLDER, name)))).toEqual([]);
  });
});
