/** The settings of the database: its address, pool size and instance leases. */
import * as v from 'valibot';
import { flag, integer, setting, settingsTable, text, type Form } from '../settings/index.js';
import { defaultFile } from './data-folder.js';
import { readPostgresAddress } from './postgres-address.js';

/** Where the tokens are stored: an SQLite file (`:memory:` for no file) or a PostgreSQL database. */
export type DatabaseAddress =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'postgres'; readonly url: string };

const POSTGRES = /^postgres(ql)?:\/\//;

const value = v.variant('engine', [
  v.object({ engine: v.literal('sqlite'), path: v.pipe(v.string(), v.regex(/^[^\0]+$/)) }),
  v.object({
    engine: v.literal('postgres'),
    url: v.pipe(
      v.string(),
      v.regex(POSTGRES),
      v.check((url) => typeof readPostgresAddress(url) !== 'string'),
    ),
  }),
]);

/** Issues do not quote the text, which may contain a password. */
const addressText = v.pipe(
  v.string(),
  v.rawTransform<string, DatabaseAddress>(({ dataset, addIssue, NEVER }) => {
    const address = parsed(dataset.value);
    if (typeof address !== 'string') return address;
    addIssue({ message: address });
    return NEVER;
  }),
);

/** The address, or a description of what is wrong with the text. */
function parsed(text: string): DatabaseAddress | string {
  if (text.startsWith('sqlite:')) {
    const path = text.slice('sqlite:'.length);
    if (path === '' || path.includes('\0')) return 'names no file';
    return path.startsWith('//') ? 'has slashes before the path, where there is no host' : { engine: 'sqlite', path };
  }
  if (!POSTGRES.test(text)) return 'has an unsupported scheme';
  const address = readPostgresAddress(text);
  return typeof address === 'string' ? address : { engine: 'postgres', url: text };
}

/** The address of a database. */
export const DATABASE_ADDRESS_FORM: Form<DatabaseAddress> = {
  value,
  text: addressText,
  expected: '{ engine: "sqlite", path: "…" } or { engine: "postgres", url: "postgres://…" }',
  expectedText: 'sqlite:PATH, sqlite::memory: or postgres://USER:PASSWORD@HOST:PORT/DATABASE',
  toText: (address) => (address.engine === 'sqlite' ? `sqlite:${address.path}` : address.url),
  toMaskedText: (address, mask) =>
    address.engine === 'sqlite' ? `sqlite:${address.path}` : maskedUrl(address.url, mask),
};

/** A URL without its passwords, which may stand before the host or in the query. */
function maskedUrl(text: string, mask: string): string {
  // Several hosts are no part of a URL as the class knows it.
  const hosts = /^(postgres(?:ql)?:\/\/(?:[^@/?]*@)?)([^/?#]*,[^/?#]*)/.exec(text);
  if (hosts?.[1] !== undefined && hosts[2] !== undefined) {
    const placeholder = 'hosts.invalid';
    const one = `${hosts[1]}${placeholder}${text.slice(hosts[0].length)}`;
    return maskedUrl(one, mask).replace(placeholder, hosts[2]);
  }
  const url = new URL(text);
  if (url.password !== '') url.password = mask;
  for (const name of url.searchParams.keys()) if (/password/i.test(name)) url.searchParams.set(name, mask);
  return url.href;
}

/** The database. */
export const DATABASE_SETTINGS = settingsTable(
  'Database',
  {
    address: setting({
      env: 'DATABASE_URL',
      form: DATABASE_ADDRESS_FORM,
      default: { engine: 'sqlite', path: './data/latchkey.sqlite' },
      defaultIn: (env): DatabaseAddress => ({ engine: 'sqlite', path: defaultFile(env) }),
      defaultText: 'a file in `LATCHKEY_DATA`',
      secret: true,
      doc: '`sqlite:PATH` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`',
      more:
        'PostgreSQL must be 14 or newer. Several hosts (`HOST:PORT,HOST:PORT`), `target_session_attrs`, `sslmode`, ' +
        '`sslrootcert`, `sslcert` and `sslkey` mean what they mean to libpq. `sqlite::memory:` keeps nothing after the process ends.',
    }),
    dataFolder: setting({
      env: 'LATCHKEY_DATA',
      form: text((folder) => folder !== '' && !folder.includes('\0'), 'the path of a folder'),
      defaultText: '`./data`',
      doc: 'Folder of the database `latchkey.sqlite`, unless `DATABASE_URL` is set',
      more:
        'Where npm has installed Latchkey, the default is `latchkey` in `XDG_DATA_HOME` or `~/.local/share`, unless there is a ' +
        'database in `./data` already.',
    }),
    poolSize: setting({
      env: 'DATABASE_POOL_SIZE',
      form: integer(2, 200),
      default: 10,
      doc: 'Maximum number of connections to PostgreSQL',
    }),
    waitSeconds: setting({
      env: 'DATABASE_WAIT_SECONDS',
      form: integer(0, 3600),
      default: 60,
      doc: 'Seconds that a start waits for a database that cannot be reached yet',
    }),
    mustExist: setting({
      env: 'DATABASE_MUST_EXIST',
      form: flag(),
      default: false,
      doc: 'Whether a start refuses an empty or missing database instead of creating one',
      more: 'Set it once the first start is over: a wrong path or an unmounted volume then ends the start.',
    }),
    answerMs: setting({
      env: 'DATABASE_ANSWER_MS',
      form: integer(100, 60_000),
      default: 1500,
      doc: 'PostgreSQL: milliseconds that it may be silent, or look up a credential, before 503',
    }),
    writesWaiting: setting({
      env: 'WRITES_WAITING',
      form: integer(10, 1_000_000),
      default: 10_000,
      doc: 'How many changes may wait for the database before 503',
    }),
    lookupsWaiting: setting({
      env: 'LOOKUPS_WAITING',
      form: integer(10, 1_000_000),
      default: 10_000,
      doc: 'PostgreSQL: how many credentials may wait to be looked up before 503',
    }),
    leaseSeconds: setting({
      env: 'INSTANCE_LEASE_SECONDS',
      form: integer(1, 60),
      default: 2,
      doc: 'PostgreSQL: longest time that a lost instance delays a revocation',
      more: 'It must be the same for all instances.',
    }),
    checkpointSeconds: setting({
      env: 'SQLITE_CHECKPOINT_SECONDS',
      form: integer(1, 86_400),
      default: 60,
      doc: 'SQLite: seconds between two times that the log (`-wal`) is written back into the database file',
      more: 'It is also written back when it has 32 MiB, a second after the start, and when the server stops.',
    }),
  },
  [
    'DATABASE_POOL_',
    'DATABASE_WAIT_',
    'DATABASE_MUST_',
    'DATABASE_ANSWER_',
    'INSTANCE_LEASE_',
    'LOOKUPS_',
    'SQLITE_CHECKPOINT_',
    'WRITES_',
  ],
);
