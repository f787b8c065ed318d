import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { IDENTITY_HEADERS } from '../../src/data-plane/identity-headers.js';
import { assertionFormsOf, credentialFormsOf } from '../../src/dialect-kit/index.js';
import { DIALECTS } from '../../src/dialects.js';
import { send, type Reply } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { cast, pair, privately, type Headers } from '../data-plane/support.js';
import { EXAMPLE_ACCOUNT, example } from './proxies.js';

const IDENTITY = Object.keys(IDENTITY_HEADERS);
const ASSERTIONS = assertionFormsOf(DIALECTS).headers;

/** What proxies take from an answer of Latchkey. */
const TAKEN = [...IDENTITY, ...ASSERTIONS];
const CREDENTIALS = credentialFormsOf(DIALECTS).headers;

/** Those that the rule of the examples can admit, and that must not reach the service. */
const USED_UP = ['CF-Access-Client-Id', 'CF-Access-Client-Secret'];

const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());

/** By which applications of Cloudflare Access would know people, or whom a client is. */
const OF_PEOPLE = ['Cf-Access-Authenticated-User-Email', 'Cf-Access-Token'];

/** What Latchkey needs to know a preflight by. */
const OF_PREFLIGHTS = ['Origin', 'Access-Control-Request-Method'];

/** The name of a header with underscores. */
const variable = (name: string): string => name.toLowerCase().replaceAll('-', '_');

/** Trimmed lines without comments. */
function directives(name: string): string[] {
  const lines = example(name).split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

const FILES = [
  'nginx/latchkey.conf',
  'caddy/Caddyfile',
  'haproxy/haproxy.cfg',
  'traefik/latchkey.yaml',
  'envoy/envoy.yaml',
  '../../README.md',
];

it.each(FILES)('%s uses a rule that names an account', (name) => {
  const rules = [...example(name).matchAll(/kind=service_token\S*/g)].map(([rule]) => rule);
  expect(rules.filter((rule) => rule.includes('account=')).length).toBeGreaterThan(0);
  const asked = directives(name).filter((line) => /verify(\?|\/only)|set \$latchkey_rule|lua\.latchkey/.test(line));
  if (!name.endsWith('.md')) for (const line of asked) expect(line).toMatch(/account=|\$latchkey_rule;/);
});

describe('the example for nginx', () => {
  const lines = directives('nginx/latchkey.conf');

  it('replaces every identity header of the client by that of Latchkey', () => {
    for (const name of IDENTITY) {
      expect(lines).toContain(`auth_request_set $${variable(name)} $upstream_http_${variable(name)};`);
      expect(lines).toContain(`proxy_set_header ${name} $${variable(name)};`);
    }
    for (const name of ASSERTIONS) {
      expect(lines).toContain(`auth_request_set $latchkey_assertion $upstream_http_${variable(name)};`);
      expect(lines).toContain(`proxy_set_header ${name} $latchkey_assertion;`);
    }
    for (const name of OF_PEOPLE) expect(lines).toContain(`proxy_set_header ${name} "";`);
  });

  it('hides every credential from the service, and includes each in the key of its cache', () => {
    for (const name of USED_UP) expect(lines).toContain(`proxy_set_header ${name} "";`);
    const key = lines.find((line) => line.startsWith('proxy_cache_key ')) ?? '';
    const parts = /"(.*)"/.exec(key)?.[1]?.split('\\n') ?? [];
    const headers = CREDENTIALS.map((name) => `$http_${variable(name)}`);
    expect(parts.sort()).toEqual(['$latchkey_rule', '$proxy_host', ...headers].sort());
  });

  it('leaves to Latchkey what is cached, and for how long', () => {
    const others = /^proxy_(cache_valid|ignore_headers|cache_lock|cache_background_update|no_cache|cache_bypass)\b/;
    expect(lines.filter((line) => others.test(line))).toEqual([]);
  });
});

describe('the example for Caddy', () => {
  const lines = directives('caddy/Caddyfile');

  const checked = lines.findIndex((line) => line.startsWith('forward_auth '));

  it('takes every identity header from Latchkey, after removing the client’s', () => {
    const copied = lines.find((line) => line.startsWith('copy_headers '));
    expect(copied?.split(' ').slice(1)).toEqual(IDENTITY);
    const before = lines.slice(0, checked);
    expect(before).toContain('request_header -Latchkey*');
    const prefixes = before.flatMap((line) => /^request_header -(\S+)\*$/.exec(line)?.slice(1) ?? []);
    for (const name of [...ASSERTIONS, ...OF_PEOPLE].flatMap((each) => [each, each.replaceAll('-', '_')])) {
      expect(prefixes.filter((prefix) => name.startsWith(prefix))).toHaveLength(1);
    }
  });

  it('hides every credential from the service after the check', () => {
    const after = lines.slice(checked);
    for (const name of USED_UP) expect(after).toContain(`request_header -${name}`);
  });
});

describe('the example for HAProxy', () => {
  const lines = directives('haproxy/haproxy.cfg');

  it('hides every credential from the service after the check', () => {
    const checked = lines.findIndex((line) => line.startsWith('http-request lua.latchkey '));
    expect(checked).toBeGreaterThan(0);
    for (const name of USED_UP) expect(lines.slice(checked)).toContain(`http-request del-header ${name}`);
  });

  it('names no header of Latchkey, so that later ones are replaced as well', () => {
    const named = [...IDENTITY, ...ASSERTIONS].filter((name) => example('haproxy/latchkey.lua').includes(`"${name}"`));
    expect(named).toEqual([]);
  });
});

interface Middleware {
  headers?: { customRequestHeaders: Headers };
  forwardAuth?: {
    address: string;
    trustForwardHeader: boolean;
    authRequestHeaders: string[];
    authResponseHeaders: string[];
    authResponseHeadersRegex: string;
  };
}

interface Traefik {
  http: {
    routers: Record<string, { entryPoints: string[]; rule: string; service: string; middlewares: string[] }>;
    middlewares: Record<string, Middleware>;
    services: Record<string, unknown>;
  };
}

interface Envoy {
  static_resources: {
    listeners: { filter_chains: { filters: { typed_config: ConnectionManager }[] }[] }[];
    clusters: { name: string }[];
  };
}

interface ConnectionManager {
  common_http_protocol_options: { headers_with_underscores_action: string };
  route_config: { virtual_hosts: { request_headers_to_remove: string[] }[] };
  http_filters: { name: string; typed_config: Record<string, unknown> }[];
}

interface ExtAuthz {
  failure_mode_allow: boolean;
  allowed_headers: { patterns: { exact: string }[] };
  http_service: {
    server_uri: { cluster: string };
    path_prefix: string;
    authorization_response: { allowed_upstream_headers: { patterns: { exact: string }[] } };
  };
}

// Neither is in Debian: their files are compared with Latchkey's headers, and their requests are sent by the test.
describe('the examples that are not run', () => {
  const traefik = load(example('traefik/latchkey.yaml')) as Traefik;
  const envoy = load(example('envoy/envoy.yaml')) as Envoy;

  const { middlewares, routers, services } = traefik.http;
  const forwardAuth = middlewares.latchkey?.forwardAuth;
  const manager = envoy.static_resources.listeners[0]?.filter_chains[0]?.filters[0]?.typed_config;
  const filters = manager?.http_filters ?? [];
  const extAuthz = filters[2]?.typed_config as unknown as ExtAuthz;

  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('sqlite');
  });
  afterAll(() => server.close());
  const ask = (path: string, headers: Headers): Promise<Reply> => send(server.baseUrl, 'GET', path, { headers });

  it('Traefik: guards every request, and drops interfering headers before and the credential after the check', () => {
    const { entryPoints } = load(example('traefik/traefik.yaml')) as { entryPoints: object };
    const [router, ...others] = Object.values(routers);
    expect(others).toEqual([]);
    expect(router).toEqual({
      entryPoints: Object.keys(entryPoints),
      rule: 'PathPrefix(`/`)',
      service: Object.keys(services)[0],
      middlewares: ['no-connection-header', 'latchkey', 'no-credential'],
    });
    expect(middlewares['no-connection-header']?.headers?.customRequestHeaders).toEqual({ Connection: '' });
    const gone = middlewares['no-credential']?.headers?.customRequestHeaders;
    expect(gone).toEqual(Object.fromEntries([...USED_UP, 'Cookie'].map((name) => [name, ''])));
  });

  it('Traefik: passes every credential to Latchkey, and takes only its identity headers', () => {
    expect(forwardAuth).toMatchObject({
      trustForwardHeader: false,
      authRequestHeaders: [...CREDENTIALS, ...OF_PREFLIGHTS],
    });
    expect(forwardAuth?.authResponseHeaders).toEqual(TAKEN);
    // The regular expression of Go without its flag.
    const ours = new RegExp((forwardAuth?.authResponseHeadersRegex ?? '').replace('(?i)', ''), 'i');
    const replacedNames = [...TAKEN, ...OF_PEOPLE].flatMap((name) => [name, name.replaceAll('-', '_').toLowerCase()]);
    for (const name of [...replacedNames, 'Latchkey-Admin']) expect(name).toMatch(ours);
    for (const name of USED_UP) expect(name).not.toMatch(ours);
  });

  it('Envoy: drops the client’s identity headers, asks, then routes; without an answer it refuses', () => {
    expect(filters.map(({ name }) => name)).toEqual([
      'envoy.filters.http.header_mutation',
      'envoy.filters.http.lua',
      'envoy.filters.http.ext_authz',
      'envoy.filters.http.router',
    ]);
    const removed = [...TAKEN, ...OF_PEOPLE].map((name) => ({ remove: name.toLowerCase() }));
    expect(filters[0]?.typed_config).toMatchObject({ mutations: { request_mutations: removed } });
    expect(manager?.common_http_protocol_options.headers_with_underscores_action).toBe('DROP_HEADER');
    expect(extAuthz.failure_mode_allow).toBe(false);
    expect(envoy.static_resources.clusters.map(({ name }) => name)).toContain(extAuthz.http_service.server_uri.cluster);
  });

  it('Envoy: passes every credential to Latchkey, takes its identity headers, and drops the credential', () => {
    const names = ({ patterns }: { patterns: { exact: string }[] }): string[] => patterns.map(({ exact }) => exact);
    expect(names(extAuthz.allowed_headers)).toEqual(lower([...CREDENTIALS, 'X-Forwarded-For', ...OF_PREFLIGHTS]));
    const upstream = extAuthz.http_service.authorization_response.allowed_upstream_headers;
    expect(names(upstream)).toEqual(lower(TAKEN));
    expect(manager?.route_config.virtual_hosts.map((host) => host.request_headers_to_remove)).toEqual([lower(USED_UP)]);
  });

  it('their requests admit service tokens of the account and nothing else', async () => {
    const foreign = await cast(server).token(await cast(server).account());
    const { pathname, search } = new URL((forwardAuth?.address ?? '').replace(EXAMPLE_ACCOUNT, ACCOUNT.id));
    const token = await cast(server).token(ACCOUNT.id);
    const prefix = extAuthz.http_service.path_prefix.replace(EXAMPLE_ACCOUNT, ACCOUNT.id);
    for (const path of [`${pathname}${search}`, `${prefix}/`, `${prefix}/orders/1?kind=session`]) {
      expect([path, (await ask(path, pair(token))).status]).toEqual([path, 200]);
      for (const refused of [privately(ADMIN.token), pair(foreign)]) {
        expect([path, (await ask(path, refused)).status]).toEqual([path, 403]);
      }
      expect([path, (await ask(path, {})).status]).toEqual([path, 401]);
    }
  });
});

// They are not run either. The lines for nginx, Caddy and HAProxy are, in the long tests.
describe('the lines of docs/guarding.md for an application', () => {
  const lines = (name: string): string =>
    new RegExp(`\`\`\`yaml\\n# ${name}\\n([^]*?)\`\`\``).exec(example('../../docs/guarding.md'))?.[1] ?? '';

  it('Traefik: take the secret and the cookie out after the check, and the assertion of a client by it', () => {
    const { middlewares } = (load(lines('Traefik')) as Pick<Traefik, 'http'>).http;
    expect(middlewares['no-credential']?.headers?.customRequestHeaders).toEqual({
      'CF-Access-Client-Secret': '',
      Cookie: '',
    });
    expect(middlewares.latchkey?.forwardAuth?.authResponseHeaders).toEqual(ASSERTIONS);
  });

  it('Envoy: take the cookie and the assertion of a client out before, let preflights be known, and drop the secret', () => {
    const text = lines('Envoy');
    const [mutation, authz] = load(text) as { typed_config: unknown }[];
    const removed = [...ASSERTIONS, 'Cookie'].map((name) => ({ remove: name.toLowerCase() }));
    expect(mutation?.typed_config).toMatchObject({ mutations: { request_mutations: removed } });
    const patterns = lower([...USED_UP, ...OF_PREFLIGHTS]).map((exact) => ({ exact }));
    expect(authz?.typed_config).toMatchObject({ allowed_headers: { patterns } });
    expect(text).toContain('request_headers_to_remove: [cf-access-client-secret]');
  });
});
