/** Reads a PostgreSQL address as libpq does: several hosts, TLS, and the kind of session that is wanted. */

/** As libpq has them. */
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** As libpq has them. */
export const SESSION_KINDS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

export interface Endpoint {
  /** A name, an address without brackets, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
}

export interface PostgresAddress {
  /** At least one. */
  readonly endpoints: readonly [Endpoint, ...Endpoint[]];
  /** `undefined`: no TLS, unless a parameter of pg says otherwise. */
  readonly sslMode: SslMode | undefined;
  /** Paths of PEM files. */
  readonly sslRootCert: string | undefined;
  readonly sslCert: string | undefined;
  readonly sslKey: string | undefined;
  readonly session: SessionKind;
  /** The address for pg, with the first host and without what stands above. */
  readonly url: string;
}

const PARTS = /^(postgres(?:ql)?:\/\/(?:[^@/?]*@)?)([^/?#]*)(.*)$/s;
const HOST_AND_PORT = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/;
const OURS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'target_session_attrs'];
const DEFAULT_PORT = 5432;

/** @returns the address, or what is wrong with the text, which is not quoted */
export function readPostgresAddress(text: string): PostgresAddress | string {
  const [, start = '', hosts = '', rest = ''] = PARTS.exec(text) ?? [];
  const first = `${start}${hosts.split(',', 1)[0] ?? ''}${rest}`;
  if (start === '' || !URL.canParse(first)) return 'is not a valid URL';
  const url = new URL(first);
  const given = (name: string): string | undefined => url.searchParams.get(name) ?? undefined;
  const endpoints = endpointsOf(hosts, given('host'), given('port'));
  if (typeof endpoints === 'string') return endpoints;
  const sslMode = given('sslmode');
  const session = given('target_session_attrs') ?? 'any';
  // `no-verify` is pg's own.
  const ofPg = sslMode === 'no-verify';
  if (sslMode !== undefined && !ofPg && !isOneOf(SSL_MODES, sslMode))
    return `has an sslmode other than ${SSL_MODES.join(', ')}`;
  if (!isOneOf(SESSION_KINDS, session)) return `has target_session_attrs other than ${SESSION_KINDS.join(', ')}`;
  const [sslRootCert, sslCert, sslKey] = [given('sslrootcert'), given('sslcert'), given('sslkey')];
  if (sslMode === 'verify-ca' && sslRootCert === undefined) return 'has sslmode=verify-ca without sslrootcert';
  if ((sslCert === undefined) !== (sslKey === undefined)) return 'has only one of sslcert and sslkey';
  if (!ofPg) for (const name of OURS) url.searchParams.delete(name);
  if (endpoints.length > 1) {
    url.searchParams.delete('host');
    url.searchParams.delete('port');
  }
  const known = sslMode === undefined || ofPg ? undefined : sslMode;
  return { endpoints, sslMode: known, sslRootCert, sslCert, sslKey, session, url: url.href };
}

/** `host` and `port` in the query come before those of the authority. */
function endpointsOf(
  hosts: string,
  host: string | undefined,
  port: string | undefined,
): PostgresAddress['endpoints'] | string {
  const names = host === undefined ? hosts.split(',') : host.split(',');
  const ports = port === undefined ? [] : port.split(',');
  if (ports.length > 1 && ports.length !== names.length) return 'has another number of ports than of hosts';
  const all: Endpoint[] = [];
  for (const [at, name] of names.entries()) {
    const [, named, own] = (name.startsWith('/') ? [name, name] : HOST_AND_PORT.exec(name)) ?? [];
    const number = Number([own, ports[at] ?? ports[0]].find((one) => one !== undefined && one !== '') ?? DEFAULT_PORT);
    if (named === undefined || !Number.isInteger(number) || number < 1 || number > 65_535)
      return 'has a host or a port that is not valid';
    all.push({ host: decodeURIComponent(named).replace(/^\[(.*)\]$/, '$1') || 'localhost', port: number });
  }
  const [first, ...others] = all;
  return first ? [first, ...others] : 'names no host';
}

function isOneOf<T extends string>(all: readonly T[], value: string): value is T {
  return (all as readonly string[]).includes(value);
}
