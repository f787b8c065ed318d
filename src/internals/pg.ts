/** Undocumented parts of pg 8: where a connection that is not open yet will go. */
import type pg from 'pg';
import { InternalsError } from './internals-error.js';

interface Inside {
  host?: unknown;
  port?: unknown;
  ssl?: unknown;
  connection?: { ssl?: unknown };
}

/** Sets host, port and TLS of a client that has not connected yet. @throws InternalsError */
export function pointClient(
  client: pg.Client,
  { host, port }: { readonly host: string; readonly port: number },
  tls: object | false,
): void {
  const inside = client as unknown as Inside;
  const { connection } = inside;
  if (typeof inside.port !== 'number' || inside.ssl === undefined || connection?.ssl === undefined) {
    throw new InternalsError('pg 8', 'members of a client (host, port, ssl)');
  }
  Object.assign(inside, { host, port, ssl: tls });
  connection.ssl = tls;
}
