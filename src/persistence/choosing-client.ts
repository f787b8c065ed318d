/** Connections to the first of several PostgreSQL hosts that fits, as libpq chooses it. */
import type pg from 'pg';
import { pointClient } from '../internals/index.js';
import { isUnreachable } from './driver-errors.js';
import type { Endpoint, PostgresAddress, SessionKind } from './postgres-address.js';
import { tlsChoices, type Tls } from './postgres-tls.js';

type ClientClass = typeof pg.Client;

interface Choice {
  readonly endpoint: Endpoint;
  readonly tls: Tls;
}

/** How long one host may take. The pool waits five seconds for all. */
const PROBE_MS = 1500;

/** A host whose session is not of the wanted kind. */
class OtherSession extends Error {
  readonly code = '57P03';
}

const SESSION = `SELECT pg_is_in_recovery() AS "standby", current_setting('transaction_read_only') = 'on' AS "readOnly"`;

/**
 * A class of connections that look for their host each time. `undefined` where there is nothing to choose.
 * @throws UnusableDatabase if a file of the address cannot be read
 */
export function choosingClient(Client: ClientClass, address: PostgresAddress): ClientClass | undefined {
  const choices = tlsChoices(address);
  if (address.endpoints.length === 1 && choices.length === 1 && address.session === 'any') return undefined;
  return class extends Client {
    private readonly config: pg.ClientConfig;

    constructor(config: pg.ClientConfig = {}) {
      super(config);
      this.config = config;
    }

    override connect(): Promise<this>;
    override connect(callback: (error: Error) => void): void;
    override connect(callback?: (error: Error) => void): Promise<this> | void {
      const connected = chosen(Client, this.config, address, choices).then(({ endpoint, tls }) => {
        pointClient(this, endpoint, tls);
        return super.connect();
      });
      const done = callback as ((error?: Error) => void) | undefined;
      if (!done) return connected.then(() => this);
      connected.then(() => {
        done();
      }, done);
    }
  };
}

async function chosen(
  Client: ClientClass,
  config: pg.ClientConfig,
  address: PostgresAddress,
  choices: readonly Tls[],
): Promise<Choice> {
  const { session, endpoints } = address;
  if (session !== 'prefer-standby') return first(Client, config, endpoints, choices, session);
  return first(Client, config, endpoints, choices, 'standby').catch(() =>
    first(Client, config, endpoints, choices, 'any'),
  );
}

/** A host that is there and refuses ends the search, as with libpq: a wrong password is not tried everywhere. */
async function first(
  Client: ClientClass,
  config: pg.ClientConfig,
  endpoints: readonly Endpoint[],
  choices: readonly Tls[],
  session: SessionKind,
): Promise<Choice> {
  let last: unknown;
  for (const endpoint of endpoints) {
    try {
      return await atEndpoint(Client, config, endpoint, choices, session);
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      last = error;
    }
  }
  throw last;
}

async function atEndpoint(
  Client: ClientClass,
  config: pg.ClientConfig,
  endpoint: Endpoint,
  choices: readonly Tls[],
  session: SessionKind,
): Promise<Choice> {
  let last: unknown;
  for (const tls of choices) {
    try {
      await probe(Client, config, { endpoint, tls }, session);
      return { endpoint, tls };
    } catch (error) {
      last = error;
      if (isUnreachable(error)) break;
    }
  }
  throw last;
}

async function probe(
  Client: ClientClass,
  config: pg.ClientConfig,
  { endpoint, tls }: Choice,
  session: SessionKind,
): Promise<void> {
  const { connectionTimeoutMillis = 0 } = config;
  const client = new Client({ ...config, connectionTimeoutMillis: Math.min(connectionTimeoutMillis, PROBE_MS) });
  client.on('error', () => undefined);
  pointClient(client, endpoint, tls);
  try {
    await client.connect();
    if (session === 'any') return;
    const { rows } = await client.query<{ standby: boolean; readOnly: boolean }>(SESSION);
    if (!rows[0] || !fits(session, rows[0])) {
      throw new OtherSession(`${endpoint.host}:${String(endpoint.port)} has no session that is ${session}`);
    }
  } finally {
    void client.end().catch(() => undefined);
  }
}

function fits(session: SessionKind, { standby, readOnly }: { standby: boolean; readOnly: boolean }): boolean {
  if (session === 'read-write') return !readOnly && !standby;
  if (session === 'read-only') return readOnly || standby;
  return session === 'primary' ? !standby : standby;
}
