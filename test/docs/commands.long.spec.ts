/** Every command in the pages is run, or listed with the reason why it is not run here. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MIGRATIONS } from '../../src/schema.js';
import { send } from '../support/http.js';
import { Program } from '../support/program.js';
import { READY_LINE } from '../support/ready-line.js';
import { EXCEPTIONS } from './exceptions.js';
import { COMMAND_LINE_PAGE, OPERATING_PAGE, PAGES, ROOT, SCRIPTS, blocks, commands, pageText, typed } from './pages.js';

/** Includes compiling. */
const TIMEOUT_MS = 120_000;

let home: string;
let database: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'latchkey-commands-'));
  database = path.join(home, 'some.sqlite');
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

function shell(line: string): Program {
  const settings = { PORT: '0', DATABASE_URL: `sqlite:${database}`, SHOP_DATABASE: database };
  const env = { HOME: home, npm_config_update_notifier: 'false', ...settings };
  return new Program('bash', { args: ['-uc', line], cwd: ROOT, env, withDescendants: true });
}

/** Runs a command that ends by itself. */
async function toEnd(line: string): Promise<string> {
  const program = shell(line);
  const timer = setTimeout(() => {
    program.kill('SIGKILL');
  }, TIMEOUT_MS);
  const { code } = await program.exited;
  clearTimeout(timer);
  if (code !== 0) throw new Error(`${line} ended with ${String(code)}: ${program.stdout}\n${program.stderr}`);
  return program.stdout;
}

/** Runs a command that starts a server, until it has printed an address and the check is over. */
async function whileUp(
  line: string,
  ready: RegExp,
  check: (address: string, stdout: string) => unknown,
): Promise<void> {
  const program = shell(line);
  const address = (): string | undefined => ready.exec(program.stdout)?.[1];
  await program.until(() => address() !== undefined, TIMEOUT_MS);
  await check(address() ?? '', program.stdout);
  await program.stop();
}

/** The notice of a first start, with placeholders for values that differ every time. */
function withoutSecrets(text: string): string {
  const patterns = {
    PASSWORD: /^ *password +(\S+)$/m,
    TOKEN: /^ *access token +(\S+)$/m,
    ACCOUNT: /\(([0-9a-f]{32})\)$/m,
    DATABASE: /^ *database +(.+)$/m,
    ADDRESS: /(http:\/\/127\.0\.0\.1:\d+)\/docs$/m,
  };
  return Object.entries(patterns).reduce(
    (rest, [name, pattern]) => {
      const [, found] = pattern.exec(text) ?? [];
      if (found === undefined) throw new Error(`there is no ${name} in ${text}`);
      return rest.replaceAll(found, name);
    },
    text.slice(text.indexOf('This is the first start')).trim(),
  );
}

function migrationsDone(): number {
  const file = new Database(database, { readonly: true });
  const row = file.prepare('SELECT count(*) AS done FROM latchkey_migration').get() as { done: number };
  file.close();
  return row.done;
}

/** The commands to run, with checks of their effects. */
const RUN: Readonly<Record<string, (line: string) => Promise<unknown>>> = {
  // The installed packages run this test, so they are not changed.
  'npm ci && npm start': (line) =>
    whileUp(line.replace('npm ci && ', ''), READY_LINE, (_address, stdout) => {
      expect(withoutSecrets(stdout)).toBe(withoutSecrets(blocks('README.md', 'text')[0] ?? ''));
    }),

  'npm start 2>server.log': async (line) => {
    const log = path.join(home, 'server.log');
    await whileUp(line.replace('server.log', log), READY_LINE, async (address, stdout) => {
      expect((await send(new URL(address).origin, 'GET', '/health/ready')).status).toBe(200);
      expect(stdout).not.toContain('{"level"');
    });
    expect(readFileSync(log, 'utf8')).toMatch(/^\{"level"/m);
  },

  'npm run migration:show': async (line) => {
    expect(await toEnd(line)).toContain(`[ ] ${MIGRATIONS[0]?.name ?? ''}`);
  },
  'npm run migration:run': async (line) => {
    await toEnd(line);
    expect(migrationsDone()).toBe(MIGRATIONS.length);
  },
  'npm run migration:revert': async (line) => {
    await toEnd('npm run migration:run');
    await toEnd(line);
    expect(migrationsDone()).toBe(MIGRATIONS.length - 1);
  },
  'npm run migration:generate -- src/persistence/migrations/NAME': async (line) => {
    await toEnd(line.replace('src/persistence/migrations', home));
    const draft = readdirSync(home).find((name) => name.endsWith('-NAME.ts')) ?? '';
    expect(readFileSync(path.join(home, draft), 'utf8')).toContain('CREATE TABLE "latchkey_token"');
  },

  'npm run example:monolith': (line) =>
    whileUp(line, /open: (\S+)/, async (address) => {
      const { origin, pathname } = new URL(address);
      expect((await send(origin, 'GET', pathname)).status).toBe(401);
      expect(existsSync(database)).toBe(true);
    }),
};

describe('the commands of the pages', () => {
  it('are all in some page', () => {
    const all = new Set(PAGES.flatMap(typed));
    expect(Object.keys(RUN).filter((line) => !all.has(line))).toEqual([]);
  });

  it.each(Object.entries(RUN))('%s', (line, tried) => tried(line), 2 * TIMEOUT_MS + 30_000);
});

describe.each(PAGES)('%s', (page) => {
  const listed = EXCEPTIONS[page] ?? {};

  it('contains no command that is neither run nor listed, and only its commands are listed', () => {
    const requests = commands(page).filter((line) => line.startsWith('curl '));
    // test/docs/requests.long.spec.ts sends them.
    const ofCommandLine = commands(page).filter((line) => commands(COMMAND_LINE_PAGE).includes(line));
    const sent = page === 'README.md' || page === OPERATING_PAGE ? requests : [];
    const tried = typed(page).filter((line) => line in RUN && !(line in listed));
    const run = [...tried, ...sent, ...new Set(ofCommandLine)];
    expect([...run, ...Object.keys(listed)].sort()).toEqual(typed(page).sort());
  });

  it('names only existing scripts and files', () => {
    const lines = [...typed(page), ...Object.values(listed)];
    const named = lines.flatMap((line) =>
      [...line.matchAll(/npm run ([\w:-]+)\b(?! --workspace)/g)].map(([, name = '']) => name),
    );
    expect(named.filter((name) => !SCRIPTS.includes(name))).toEqual([]);
    const files = lines.flatMap((line) => line.match(/\b(?:bench|dist|examples|test)\/[\w/.-]+/g) ?? []);
    expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it('has no broken links', () => {
    const targets = [...pageText(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target);
    const missing = targets.filter((target) => !existsSync(path.resolve(ROOT, path.dirname(page), target)));
    expect(missing).toEqual([]);
  });
});
