/** What each `sslmode` of libpq means for pg. */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { PostgresAddress } from './postgres-address.js';
import { UnusableDatabase } from './unusable-database.js';

/** Options of TLS, or `false` for none. */
export type Tls = ConnectionOptions | false;

/** `sslrootcert=system`: the authorities that Node.js trusts. */
const SYSTEM = 'system';

/**
 * The ways to connect, in the order in which they are tried.
 * @throws UnusableDatabase if a file cannot be read
 */
export function tlsChoices(address: PostgresAddress): [Tls, ...Tls[]] {
  const { sslMode, sslRootCert } = address;
  if (sslMode === undefined || sslMode === 'disable') return [false];
  const own = filesOf(address);
  const unverified = { ...own, rejectUnauthorized: false };
  if (sslMode === 'allow') return [false, unverified];
  if (sslMode === 'prefer') return [unverified, false];
  if (sslMode === 'require' && sslRootCert === undefined) return [unverified];
  const ca = sslRootCert === undefined || sslRootCert === SYSTEM ? {} : { ca: read('sslrootcert', sslRootCert) };
  // With a root certificate, libpq verifies the chain for `require` too. A name is compared by `verify-full` only.
  if (sslMode === 'verify-full') return [{ ...own, ...ca }];
  return [{ ...own, ...ca, checkServerIdentity: () => undefined }];
}

function filesOf({ sslCert, sslKey }: PostgresAddress): ConnectionOptions {
  if (sslCert === undefined || sslKey === undefined) return {};
  return { cert: read('sslcert', sslCert), key: read('sslkey', sslKey) };
}

function read(parameter: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UnusableDatabase(
      `${parameter} of DATABASE_URL names ${file}, which cannot be read (${code}): correct the path`,
    );
  }
}
