import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig, settingsTables, type Config } from './index.js';
import { describeSettings, integer, setting, settingsTable, type Environment } from '../settings/index.js';

const TOKEN = 'Kq3-vT9wLx0ZbN7yRf2hUe5mJc8sGd1aPo6_iWtXBnE';

/** How one variable is read: its place, its default, and which texts give which values. */
interface Variable {
  readonly at: (config: Config) => unknown;
  readonly byDefault: unknown;
  readonly valid: readonly (readonly [text: string, value: unknown])[];
  readonly faulty: readonly string[];
  /** What the message says to give. */
  readonly remedy: RegExp;
  /** Whether the message must not repeat what was given. */
  readonly secret?: boolean;
  /** What has to be given besides. */
  readonly besides?: Environment;
}

function number(at: Variable['at'], byDefault: number, min: number, max: number): Variable {
  return {
    at,
    byDefault,
    valid: [
      [String(min), min],
      [String(max), max],
    ],
    faulty: [String(min - 1), String(max + 1), `${String(min)}.5`, 'many', '1e3', '0x10', ' 5', '-5', '9'.repeat(400)],
    remedy: new RegExp(`whole number from ${String(min)} to ${String(max)}`),
  };
}

function choice(at: Variable['at'], byDefault: string, ...choices: string[]): Variable {
  return {
    at,
    byDefault,
    valid: choices.map((text) => [text, text]),
    faulty: [`${String(choices[0])} `, String(choices[0]).toUpperCase(), 'other', '__proto__'],
    remedy: new RegExp(choices.join(', ')),
  };
}

function switched(at: Variable['at'], byDefault: boolean): Variable {
  return {
    at,
    byDefault,
    valid: [
      ['true', true],
      ['false', false],
    ],
    faulty: ['1', 'yes', 'TRUE'],
    remedy: /true or false/,
  };
}

function file(at: Variable['at'], remedy: RegExp): Variable {
  return {
    at,
    byDefault: undefined,
    valid: ['/run/x', 'x.json'].map((text) => [text, text]),
    faulty: ['a\0b'],
    remedy,
  };
}

const openid = (config: Config): Config['dialects']['latchkey']['openid'] => config.dialects.latchkey.openid;

const CLIENT = { OPENID_ISSUER: 'https://x.example', OPENID_CLIENT_ID: 'x', OPENID_CLIENT_SECRET: 'y' };

function without(name: keyof typeof CLIENT): Environment {
  return { ...CLIENT, [name]: undefined };
}

const VARIABLES: Record<string, Variable> = {
  HOST: {
    at: (config) => config.server.host,
    byDefault: '127.0.0.1',
    valid: ['0.0.0.0', '::', '::1', 'localhost', 'node-1.example.com'].map((text) => [text, text]),
    faulty: ['two words', 'http://localhost', '-leading', 'trailing-', 'a_b', '[::1]'],
    remedy: /127\.0\.0\.1 or 0\.0\.0\.0/,
  },
  PORT: number((config) => config.server.port, 3000, 0, 65_535),
  TRUST_PROXY: {
    at: (config) => config.server.trustProxy,
    byDefault: false,
    valid: [
      ['false', false],
      ['0', false],
      ['true', 1],
      ['2', 2],
      ['loopback', ['loopback']],
      ['10.0.0.0/8, loopback,fd00::/8, 192.0.2.1', ['10.0.0.0/8', 'loopback', 'fd00::/8', '192.0.2.1']],
    ],
    faulty: [
      'yes',
      '100',
      '0.0.0.0/0',
      '10.0.0.0/33',
      'fd00::/129',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      'example.com',
      '-1',
      'loopback,',
    ],
    remedy: /give false, the number of proxies/,
  },
  DOCS: choice((config) => config.server.docs, 'on', 'on', 'off', 'admin'),
  CONSOLE: choice((config) => config.server.console, 'on', 'on', 'off'),
  COMPRESS_FROM_BYTES: number((config) => config.requests.compressFromBytes, 1024, 0, 999_999_999),
  LATCHKEY_DATA: {
    at: (config) => config.database.dataFolder,
    byDefault: undefined,
    valid: ['./data', '/var/lib/latchkey'].map((text) => [text, text]),
    faulty: ['a\0b'],
    remedy: /the path of a folder/,
  },
  DATABASE_URL: {
    at: (config) => config.database.address,
    byDefault: { engine: 'sqlite', path: './data/latchkey.sqlite' },
    valid: [
      ['sqlite:/var/lib/latchkey.sqlite', { engine: 'sqlite', path: '/var/lib/latchkey.sqlite' }],
      ['sqlite:relative.sqlite', { engine: 'sqlite', path: 'relative.sqlite' }],
      ['sqlite::memory:', { engine: 'sqlite', path: ':memory:' }],
      ['postgres://u:p@db:5432/x', { engine: 'postgres', url: 'postgres://u:p@db:5432/x' }],
      ['postgresql://u@db/x?sslmode=require', { engine: 'postgres', url: 'postgresql://u@db/x?sslmode=require' }],
    ],
    faulty: [
      'sqlite:',
      'sqlite://x',
      'mysql://root:hunter2@db/x',
      'postgres://u:hunter2@db:99999/x',
      '/hunter2.sqlite',
      'sqlite:a\0b',
    ],
    remedy: /sqlite:PATH, sqlite::memory: or postgres:\/\//,
    secret: true,
  },
  MAX_CONNECTIONS: number((config) => config.server.maxConnections, 10_000, 1, 1_000_000),
  HEADERS_TIMEOUT_SECONDS: number((config) => config.server.headersTimeoutSeconds, 15, 1, 3600),
  REQUEST_TIMEOUT_SECONDS: number((config) => config.server.requestTimeoutSeconds, 60, 1, 3600),
  BODY_MAX_BYTES: number((config) => config.requests.bodyMaxBytes, 65_536, 1024, 16_777_216),
  BODY_TIMEOUT_SECONDS: number((config) => config.requests.bodyTimeoutSeconds, 15, 1, 3600),
  BODY_MEMORY_BYTES: number((config) => config.requests.bodyMemoryBytes, 16_777_216, 1_048_576, 999_999_999),
  MERGE_SLASHES: {
    at: (config) => config.requests.mergeSlashes,
    byDefault: true,
    valid: [
      ['true', true],
      ['false', false],
    ],
    faulty: ['1', 'no', 'FALSE'],
    remedy: /true or false/,
  },
  BROWSER_WRITES_FROM: {
    at: (config) => config.requests.browserWrites,
    byDefault: 'same-site',
    valid: ['same-origin', 'same-site', 'any'].map((text) => [text, text]),
    faulty: ['cross-site', 'none'],
    remedy: /same-origin, same-site, any/,
  },
  VERIFY_PORT: { ...number((config) => config.dataPlane.port, 0, 0, 65_535), byDefault: undefined },
  VERIFY_HOST: {
    at: (config) => config.dataPlane.host,
    byDefault: undefined,
    valid: ['127.0.0.1', '::'].map((text) => [text, text]),
    faulty: ['two words', '[::1]'],
    remedy: /127\.0\.0\.1 or 0\.0\.0\.0/,
  },
  VERIFY_MAX_CONNECTIONS: number((config) => config.dataPlane.maxConnections, 1000, 1, 1_000_000),
  KEEP_ALIVE_SECONDS: number((config) => config.server.keepAliveSeconds, 75, 1, 3600),
  DATABASE_POOL_SIZE: number((config) => config.database.poolSize, 10, 2, 200),
  INSTANCE_LEASE_SECONDS: number((config) => config.database.leaseSeconds, 2, 1, 60),
  SQLITE_CHECKPOINT_SECONDS: number((config) => config.database.checkpointSeconds, 60, 1, 86_400),
  CREDENTIAL_CACHE_ENTRIES: number((config) => config.credentialCache.entries, 50_000, 0, 10_000_000),
  CREDENTIAL_CACHE_SECONDS: number((config) => config.credentialCache.seconds, 300, 1, 86_400),
  VERIFY_WITHOUT_ACCOUNT: {
    at: (config) => config.dataPlane.withoutAccount,
    byDefault: false,
    valid: [
      ['true', true],
      ['false', false],
    ],
    faulty: ['1', 'yes', 'TRUE'],
    remedy: /true or false/,
  },
  IMPORTED_CHECKS: number((config) => config.importedTokens.concurrent, 1, 1, 64),
  IMPORTED_QUEUE: number((config) => config.importedTokens.waiting, 64, 1, 10_000),
  IMPORTED_MISSES_PER_NETWORK: number((config) => config.importedTokens.missesPerNetwork, 300, 1, 1_000_000),
  IMPORTED_SALTS: number((config) => config.importedTokens.salts, 16, 1, 1000),
  CLOUDFLARE_API_FAILURES: number((config) => config.dialects.cloudflare.apiFailures, 300, 0, 1_000_000),
  SEARCHES_PER_USER: number((config) => config.longLists.searchesPerUser, 20, 1, 10_000),
  LAST_USES_WAITING: number((config) => config.lastUse.waiting, 100_000, 100, 10_000_000),
  WRITES_WAITING: number((config) => config.database.writesWaiting, 10_000, 10, 1_000_000),
  LOOKUPS_WAITING: number((config) => config.database.lookupsWaiting, 10_000, 10, 1_000_000),
  HEADERS_MAX_BYTES: number((config) => config.server.headersMaxBytes, 16_384, 4096, 1_048_576),
  HEADERS_MAX_LINES: number((config) => config.server.headersMaxLines, 900, 20, 999),
  ANSWER_STALLED_SECONDS: number((config) => config.requests.answerStalledSeconds, 60, 1, 3600),
  CANVUS_STREAM_WAITING_BYTES: number(
    (config) => config.dialects.canvus.streamWaitingBytes,
    262_144,
    4096,
    999_999_999,
  ),
  CANVUS_STREAM_STALLED_SECONDS: number((config) => config.dialects.canvus.streamStalledSeconds, 60, 1, 3600),
  CRM_TOKENS_PER_ACCOUNT: number((config) => config.dialects.crm.tokensPerAccount, 1_000_000, 0, 999_999_999),
  LONG_LISTS_PER_USER: number((config) => config.longLists.perUser, 20, 1, 10_000),
  VERIFY_MAX_AGE_SECONDS: number((config) => config.dataPlane.maxAgeSeconds, 0, 0, 3600),
  SERVICE_TOKEN_HEADER: {
    at: (config) => config.dialects.cloudflare.credentials.jsonHeader,
    byDefault: undefined,
    valid: ['Authorization', 'X-Service-Token', "!#$%&'*+.^_`|~-1a"].map((text) => [text, text]),
    faulty: ['two words', 'colon:', 'é', 'x'.repeat(101)],
    remedy: /give the name of a header/,
  },
  LOG_LEVEL: choice((config) => config.log.level, 'info', 'trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  LOG_FORMAT: choice((config) => config.log.format, process.stderr.isTTY ? 'pretty' : 'json', 'pretty', 'json'),
  ADMIN_EMAIL: {
    at: (config) => config.firstStart.adminEmail,
    byDefault: 'admin@example.com',
    valid: ['root@example.com', 'root@localhost', 'Root+tag@Example.COM'].map((text) => [text, text]),
    faulty: ['root', 'root@', '@example.com', 'root@example.com, x@example.com', `${'x'.repeat(250)}@example.com`],
    remedy: /give an e-mail address/,
  },
  ADMIN_PASSWORD: {
    at: (config) => config.firstStart.adminPassword,
    byDefault: undefined,
    valid: ['x', ' spaces kept ', 'é'.repeat(36), 'x'.repeat(72)].map((text) => [text, text]),
    faulty: ['x'.repeat(73), 'é'.repeat(37), 'before\0after'],
    remedy: /shorter password/,
    secret: true,
  },
  ADMIN_TOKEN: {
    at: (config) => config.firstStart.adminToken,
    byDefault: undefined,
    valid: [[TOKEN, TOKEN]],
    faulty: [TOKEN.slice(1), `${TOKEN}A`, TOKEN.replace('-', '+'), `${TOKEN}\n`, 'hunter2'],
    remedy: /43 base64url characters/,
    secret: true,
  },
  ACCOUNT_ID: {
    at: (config) => config.firstStart.accountId,
    byDefault: undefined,
    valid: [['0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdef']],
    faulty: ['0123456789ABCDEF0123456789ABCDEF', 'a'.repeat(31), 'a'.repeat(33), 'g'.repeat(32)],
    remedy: /32 lower-case hex/,
  },
  ACCOUNT_NAME: {
    at: (config) => config.firstStart.accountName,
    byDefault: 'Latchkey',
    valid: ['Acme', 'Müller & Söhne 🔑', 'x'.repeat(255)].map((text) => [text, text]),
    faulty: [' ', 'x'.repeat(256), 'a\0b', 'half \ud800'],
    remedy: /1 to 255 visible characters/,
  },
  AUDIT_RETENTION_DAYS: number((config) => config.cleanup.auditRetentionDays, 365, 0, 36_500),
  ADMIN_PASSWORD_MIN_LENGTH: number((config) => config.firstStart.adminPasswordMinLength, 12, 1, 72),
  PASSWORD_MIN_LENGTH: number((config) => config.passwords.minLength, 8, 1, 72),
  PASSWORD_SLOTS: number((config) => config.passwords.slots, 2, 1, 64),
  PASSWORD_QUEUE: number((config) => config.passwords.waiting, 64, 1, 10_000),
  LOG_OVERLOAD_SECONDS: number((config) => config.log.overloadSeconds, 10, 1, 3600),
  BCRYPT_COST: number((config) => config.passwords.bcryptCost, 12, 4, 16),
  LOGIN_FAILURES_PER_ACCOUNT: number((config) => config.loginThrottle.failuresPerAccount, 10, 1, 100_000),
  LOGIN_FAILURES_IN_TOTAL: number((config) => config.loginThrottle.failuresPerAccountInTotal, 100, 1, 100_000),
  LOGIN_WIDE_NETWORK_FACTOR: number((config) => config.loginThrottle.wideNetworkFactor, 4, 1, 10_000),
  LOGIN_KNOWN_NETWORKS: number((config) => config.loginThrottle.knownNetworks, 20, 0, 1000),
  LOGIN_KNOWN_NETWORK_DAYS: number((config) => config.loginThrottle.knownNetworkDays, 90, 1, 3650),
  LOGIN_FAILURE_COUNTERS: number((config) => config.loginThrottle.countersInMemory, 100_000, 1000, 10_000_000),
  CRM_PASS_CODE_FAILURES: number((config) => config.dialects.crm.passCodeFailures, 10, 1, 100_000),
  CRM_PASS_CODE_USER_FAILURES: number((config) => config.dialects.crm.passCodeFailuresPerCaller, 100, 1, 100_000),
  CRM_PASS_CODE_TOTAL_FAILURES: number((config) => config.dialects.crm.passCodeFailuresPerIdentifier, 50, 1, 100_000),
  CRM_CONSUMER_LOGIN_FAILURES: number((config) => config.dialects.crm.consumerLoginFailures, 1000, 1, 1_000_000),
  LOGIN_FAILURES_PER_ADDRESS: number((config) => config.loginThrottle.failuresPerAddress, 100, 1, 100_000),
  LOGIN_FAILURE_WINDOW_SECONDS: number((config) => config.loginThrottle.windowSeconds, 900, 1, 86_400),
  NAMES_LOOK_ALIKE: choice((config) => config.names.lookAlikes, 'refuse', 'refuse', 'allow'),
  ACCOUNT_NAME_RESERVED_DAYS: number((config) => config.names.reservedDays, 365, 0, 36_500),
  ACCOUNT_NAMES_RESERVED: number((config) => config.names.reservedPerAccount, 10, 0, 100_000),
  USERS_CHANGE_EMAIL: choice((config) => config.rights.changeEmail, 'never', 'never', 'free'),
  USERS_VISIBLE_TO: choice((config) => config.rights.usersVisibleTo, 'tenants', 'tenants', 'members', 'everyone'),
  ACCOUNT_RENAMED_BY: choice((config) => config.rights.renameAccounts, 'account', 'account', 'server'),
  ACCOUNT_LAST_ADMINISTRATOR: choice((config) => config.rights.lastAccountAdministrator, 'kept', 'kept', 'removable'),
  LOGIN_FAMILY_DAYS: number((config) => config.userTokens.loginFamilyDays, 30, 0, 3650),
  LOGINS_PER_USER: number((config) => config.userTokens.loginsPerUser, 500, 0, 1_000_000),
  LOGOUT_ENDS: choice((config) => config.userTokens.logoutEnds, 'login', 'login', 'family'),
  PERSONAL_TOKENS_PER_USER: number((config) => config.userTokens.personalTokensPerUser, 1000, 0, 1_000_000),
  CANVUS_KEEPALIVE_SECONDS: number((config) => config.dialects.canvus.keepaliveSeconds, 15, 1, 3600),
  CANVUS_STREAMS_PER_USER: number((config) => config.dialects.canvus.streamsPerUser, 20, 1, 100_000),
  CANVUS_STREAMS_PER_TOKEN: number((config) => config.dialects.canvus.streamsPerToken, 10, 1, 100_000),
  CONSOLE_IDLE_MINUTES: number((config) => config.dialects.latchkey.consoleIdleMinutes, 30, 5, 1440),
  CONSOLE_PASSWORD_LOGIN: choice(
    (config) => config.dialects.latchkey.passwordLogin,
    'everyone',
    'everyone',
    'administrators',
  ),
  OPENID_ISSUER: {
    at: (config) => openid(config).issuer,
    byDefault: undefined,
    valid: [
      'https://id.example.com',
      'https://id.example.com/realms/a',
      'http://localhost:8080',
      'http://127.0.0.1/',
    ].map((text) => [text, text]),
    faulty: ['id.example.com', 'http://id.example.com', 'https://u:p@id.example.com', 'https://x.example?a', 'ftp://x'],
    remedy: /https:\/\/ address/,
    besides: without('OPENID_ISSUER'),
  },
  OPENID_CLIENT_ID: {
    at: (config) => openid(config).clientId,
    byDefault: undefined,
    valid: [['latchkey', 'latchkey']],
    faulty: [' ', 'a\nb'],
    remedy: /client id that the provider has given/,
    besides: without('OPENID_CLIENT_ID'),
  },
  OPENID_CLIENT_SECRET: {
    at: (config) => openid(config).clientSecret,
    byDefault: undefined,
    valid: [['a secret', 'a secret']],
    faulty: ['hunter2\nhunter2', 'x'.repeat(1001)],
    remedy: /client secret that the provider has given/,
    secret: true,
    besides: without('OPENID_CLIENT_SECRET'),
  },
  OPENID_SCOPES: {
    at: (config) => openid(config).scopes,
    byDefault: 'openid email profile',
    valid: ['openid', 'email openid groups'].map((text) => [text, text]),
    faulty: ['email', 'openid  email', 'openid "x"', 'openidx'],
    remedy: /openid among them/,
  },
  OPENID_GROUPS_CLAIM: {
    at: (config) => openid(config).groupsClaim,
    byDefault: 'groups',
    valid: ['roles', 'realm_access.roles', 'https://x.example/groups'].map((text) => [text, text]),
    faulty: [' ', 'a\tb'],
    remedy: /name of a claim/,
  },
  OPENID_ROLES: {
    at: (config) => openid(config).grants,
    byDefault: undefined,
    valid: [
      ['{"a":"user"}', { a: ['user'] }],
      [
        `{"a":["administrator","${'1'.repeat(32)}:read_only"],"*":"user"}`,
        { a: ['administrator', `${'1'.repeat(32)}:read_only`], '*': ['user'] },
      ],
    ],
    faulty: [
      'a=user',
      '{}',
      '[]',
      '{"a":"owner"}',
      '{"a":[]}',
      '{"a":7}',
      '{"":"user"}',
      '{"a":"1:read_only"}',
      'null',
    ],
    remedy: /JSON object/,
    besides: CLIENT,
  },
  OPENID_BIND_BY_EMAIL: switched((config) => openid(config).bindByEmail, false),
  OPENID_CREATE_USERS: switched((config) => openid(config).createUsers, false),
  OPENID_TRUST_EMAIL: switched((config) => openid(config).trustAddresses, false),
  OPENID_LABEL: {
    at: (config) => openid(config).label,
    byDefault: 'Sign in with your organization',
    valid: [['Sign in with Acme', 'Sign in with Acme']],
    faulty: [' ', 'x'.repeat(61), 'a\u202eb'],
    remedy: /60 visible characters/,
  },
  OPENID_REDIRECT_URL: {
    at: (config) => openid(config).redirectUrl,
    byDefault: undefined,
    valid: ['https://x.example/latchkey/v1/session/openid/callback'].map((text) => [text, text]),
    faulty: ['https://x.example/', 'http://x.example/latchkey/v1/session/openid/callback', '/session/openid/callback'],
    remedy: /ending in \/session\/openid\/callback/,
    besides: CLIENT,
  },
  OPENID_MINUTES: number((config) => openid(config).minutes, 10, 1, 60),
  OPENID_TIMEOUT_SECONDS: number((config) => openid(config).timeoutSeconds, 5, 1, 60),
  IDEMPOTENCY_HOURS: number((config) => config.dialects.latchkey.idempotencyHours, 24, 1, 720),
  CONSOLE_LOGIN_HOURS: number((config) => config.dialects.latchkey.consoleLoginHours, 12, 1, 720),
  STATISTICS_SECONDS: number((config) => config.dialects.latchkey.statisticsSeconds, 15, 1, 3600),
  EVENTS_KEEPALIVE_SECONDS: number((config) => config.dialects.latchkey.keepaliveSeconds, 15, 1, 3600),
  EVENTS_STREAMS_PER_USER: number((config) => config.dialects.latchkey.streamsPerUser, 20, 1, 100_000),
  EVENTS_STREAMS_PER_TOKEN: number((config) => config.dialects.latchkey.streamsPerToken, 10, 1, 100_000),
  EVENTS_WAITING_BYTES: number((config) => config.dialects.latchkey.streamWaitingBytes, 262_144, 4096, 999_999_999),
  EVENTS_STALLED_SECONDS: number((config) => config.dialects.latchkey.streamStalledSeconds, 60, 1, 3600),
  CRM_LIST_MAX: number((config) => config.dialects.crm.listMax, 10_000, 1, 1_000_000),
  SERVICE_TOKEN_PREFIX: {
    at: (config) => config.dialects.cloudflare.secretPrefix,
    byDefault: 'lkst_',
    valid: ['a_', 'acme1_', `${'x'.repeat(15)}_`].map((text) => [text, text]),
    faulty: ['_', 'lkst', 'lk-st_', `${'x'.repeat(16)}_`, 'a__', 'ä_'],
    remedy: /letters or digits and an underscore/,
  },
  SERVICE_TOKENS_PER_ACCOUNT: number((config) => config.dialects.cloudflare.tokensPerAccount, 0, 0, 999_999_999),
  CRM_ALLOW_NO_IDENTIFIER: {
    at: (config) => config.dialects.crm.allowNoIdentifier,
    byDefault: false,
    valid: [
      ['true', true],
      ['false', false],
    ],
    faulty: ['1', 'yes', 'TRUE'],
    remedy: /true or false/,
  },
  SERVICE_TOKEN_INACTIVITY: choice((config) => config.dialects.cloudflare.inactivity, 'act', 'act', 'report', 'off'),
  CRM_HTTP_ERRORS: choice((config) => config.dialects.crm.httpErrors, 'ok', 'ok', 'status'),
  APPLICATIONS_PER_ACCOUNT: number((config) => config.applications.applicationsPerAccount, 500, 0, 999_999_999),
  POLICIES_PER_ACCOUNT: number((config) => config.applications.policiesPerAccount, 1000, 0, 999_999_999),
  ASSERTION_ISSUER: {
    at: (config) => config.assertions.issuer,
    byDefault: undefined,
    valid: ['https://team.example.com', 'http://127.0.0.1:3000', 'https://[::1]:8443'].map((text) => [text, text]),
    faulty: [
      'team.example.com',
      'https://team.example.com/',
      'https://team.example.com/x',
      'ftp://team',
      'https://A.b',
    ],
    remedy: /without a slash at the end/,
  },
  ASSERTION_SECONDS: number((config) => config.assertions.lifeSeconds, 300, 60, 300),
  ASSERTION_KEY_DAYS: number((config) => config.assertions.keyDays, 42, 1, 3650),
  ASSERTION_KEY: {
    at: (config) => config.assertions.key,
    byDefault: undefined,
    valid: ['0f'.repeat(32), `${'A'.repeat(43)}=`, 'A'.repeat(43)].map((text) => [text, text]),
    faulty: ['0f'.repeat(31), '0f'.repeat(33), 'A'.repeat(42), `${'0f'.repeat(32)}\n`, 'hunter2'],
    remedy: /32 random bytes/,
    secret: true,
  },
  DATABASE_ANSWER_MS: number((config) => config.database.answerMs, 1500, 100, 60_000),
  DATABASE_WAIT_SECONDS: number((config) => config.database.waitSeconds, 60, 0, 3600),
  DATABASE_MUST_EXIST: switched((config) => config.database.mustExist, false),
  FIRST_CREDENTIALS_FILE: file((config) => config.firstStart.credentialsFile, /path of a file/),
  LAST_USE_ADDRESSES: switched((config) => config.lastUse.addresses, true),
  METRICS: switched((config) => config.monitoring.metrics, true),
  METRICS_COUNT_SECONDS: number((config) => config.monitoring.countSeconds, 60, 1, 86_400),
  OPERATIONS_PORT: { ...number((config) => config.monitoring.port, 0, 0, 65_535), byDefault: undefined },
  OPERATIONS_HOST: {
    at: (config) => config.monitoring.host,
    byDefault: '127.0.0.1',
    valid: ['0.0.0.0', '::1', 'localhost'].map((text) => [text, text]),
    faulty: ['two words', 'http://localhost', 'a_b', '[::1]'],
    remedy: /127\.0\.0\.1 or 0\.0\.0\.0/,
  },
  OPERATIONS_MAX_CONNECTIONS: number((config) => config.monitoring.maxConnections, 100, 1, 1_000_000),
  SECURITY_LOG_LINES: number((config) => config.monitoring.securityLines, 60, 0, 100_000),
  SHUTDOWN_DELAY_SECONDS: number((config) => config.server.shutdownDelaySeconds, 0, 0, 300),
  TLS_CERT_FILE: file((config) => config.server.tlsCertFile, /path/),
  TLS_KEY_FILE: file((config) => config.server.tlsKeyFile, /path/),
};

const EACH = Object.entries(VARIABLES);

function faultsOf(env: Environment): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).issues;
  }
}

describe('the configuration', () => {
  it.each(EACH)('%s has its default when it is absent or empty', (name, { at, byDefault }) => {
    expect(at(loadConfig({}))).toEqual(byDefault);
    expect(at(loadConfig({ [name]: undefined }))).toEqual(byDefault);
    expect(at(loadConfig({ [name]: '' }))).toEqual(byDefault);
  });

  it.each(EACH)('%s accepts every valid form', (name, { at, valid, besides }) => {
    for (const [text, value] of valid) {
      expect([text, at(loadConfig({ ...besides, [name]: text }))]).toEqual([text, value]);
    }
  });

  it.each(EACH)('%s refuses every invalid form, naming the variable and the remedy', (name, { faulty, remedy }) => {
    for (const text of faulty) {
      const faults = faultsOf({ [name]: text });
      expect([text, faults.length]).toEqual([text, 1]);
      expect(faults[0]).toMatch(new RegExp(`^${name} `));
      expect(faults[0]).toMatch(remedy);
    }
  });

  it.each(EACH.filter(([, { secret }]) => secret))('%s is never repeated in its error', (name, { faulty }) => {
    for (const text of faulty) {
      const [fault = ''] = faultsOf({ [name]: text });
      const [complaint] = fault.split('; give');
      expect(complaint).not.toContain(text);
      expect(fault).not.toContain('hunter2');
    }
  });

  it('covers every declared variable', () => {
    const declared = settingsTables()
      .flatMap(describeSettings)
      .flatMap(({ env }) => env ?? []);
    expect(declared.sort()).toEqual(Object.keys(VARIABLES).sort());
  });

  it.each(EACH)('%s sets only its own value', (name, { at, valid, byDefault, besides }) => {
    const [text, value] = valid.find(([, other]) => JSON.stringify(other) !== JSON.stringify(byDefault)) ?? [''];
    const before = loadConfig({});
    const after = loadConfig({ ...besides, [name]: text, SOMETHING_ELSE: 'x', PATH: '/bin' });
    expect(at(after)).toEqual(value);
    expect(at(after)).not.toEqual(byDefault);
    const unchanged = EACH.filter(([other]) => other !== name && besides?.[other] === undefined);
    for (const [other, { at }] of unchanged) expect([other, at(after)]).toEqual([other, at(before)]);
  });

  it('has the settings of the given dialects', () => {
    const doors = settingsTable('Doors', {
      count: setting({ env: 'DOORS_COUNT', form: integer(1, 9), default: 2, doc: 'How many doors there are' }),
    });
    const config = loadConfig({ DOORS_COUNT: '3', CRM_HTTP_ERRORS: 'status', PORT: '1' }, { doors });
    expect(config.dialects).toEqual({ doors: { count: 3 } });
    expect(config.server.port).toBe(1);
    expect(() => loadConfig({ DOORS_COUNT: '0' }, { doors })).toThrow('DOORS_COUNT is "0"; give a whole number from 1');
  });

  it('compares variables with the settings of the given dialects only', () => {
    const doors = settingsTable('Doors', {
      count: setting({ env: 'DOORS_COUNT', form: integer(1, 9), default: 2, doc: 'How many doors there are' }),
    });
    const { unknownVariables } = loadConfig({ DOORS_CONT: '3', CRM_HTTP_ERROR: 'status' }, { doors });
    expect(unknownVariables).toEqual([{ name: 'DOORS_CONT', candidates: ['DOORS_COUNT'] }]);
  });

  it('lists variables that look like misspelt settings, which do not prevent the start', () => {
    const { unknownVariables } = loadConfig({ ADMIN_PASWORD: 'hunter2', PATH: '/bin' });
    expect(unknownVariables).toEqual([{ name: 'ADMIN_PASWORD', candidates: ['ADMIN_PASSWORD'] }]);
    expect(loadConfig({ PATH: '/bin' }).unknownVariables).toEqual([]);
  });

  it('names settings that are of no use without others', () => {
    expect(faultsOf({ OPENID_ISSUER: 'https://id.example.com' })).toEqual([
      expect.stringMatching(/^OPENID_ISSUER is given without OPENID_CLIENT_ID; give /),
      expect.stringMatching(/^OPENID_ISSUER is given without OPENID_CLIENT_SECRET; give /),
    ]);
    expect(faultsOf({ OPENID_ROLES: '{"a":"user"}' })).toEqual([
      'OPENID_ROLES is given without OPENID_ISSUER; give that as well, or neither',
    ]);
    expect(faultsOf(CLIENT)).toEqual([]);
  });

  it('lists all errors in one message', () => {
    const env = Object.fromEntries(EACH.map(([name, { faulty }]) => [name, faulty[0]]));
    const faults = faultsOf(env);
    expect(faults.map((fault) => fault.split(' ', 1)[0]).sort()).toEqual(EACH.map(([name]) => name).sort());
    const { message } = new ConfigError(faults);
    expect(message).toContain(`${String(EACH.length)} settings are not valid`);
    for (const fault of faults) expect(message).toContain(fault);
  });

  it('is deeply frozen', () => {
    const config = loadConfig({ TRUST_PROXY: '10.0.0.0/8' });
    const thawed: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) thawed.push(path);
      for (const [key, part] of Object.entries(value)) visit(part, `${path}.${key}`);
    };
    visit(config, 'config');
    expect(thawed).toEqual([]);
    expect(() => {
      (config.server as { port: number }).port = 1;
    }).toThrow(TypeError);
  });

  it('does not change with the environment afterwards', () => {
    const env = { PORT: '4000' };
    const config = loadConfig(env);
    env.PORT = '5000';
    expect(config.server.port).toBe(4000);
  });
});

describe('a secret in a file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-config-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const SECRETS = EACH.filter(([, { secret }]) => secret);

  it('is possible for every secret setting', () => {
    const files = settingsTables()
      .flatMap(describeSettings)
      .flatMap(({ fileEnv }) => fileEnv ?? []);
    expect(files.sort()).toEqual(SECRETS.map(([name]) => `${name}_FILE`).sort());
  });

  it.each(SECRETS)('%s is read without the line break at its end', (name, { at, valid, besides }) => {
    for (const [text, value] of valid) {
      for (const end of ['', '\n', '\r\n']) {
        const file = path.join(folder, name);
        writeFileSync(file, text + end);
        expect(at(loadConfig({ ...besides, [`${name}_FILE`]: file }))).toEqual(value);
      }
    }
  });

  it.each(SECRETS)('%s is refused with the variable of the file and what to do', (name, { valid, faulty }) => {
    const variable = `${name}_FILE`;
    const file = path.join(folder, name);
    const [[good] = ['']] = valid;
    writeFileSync(file, good);
    expect(faultsOf({ [name]: good, [variable]: file })).toEqual([
      `${name} and ${variable} are both set; give one of them`,
    ]);
    const missing = faultsOf({ [variable]: path.join(folder, 'missing') });
    expect(missing).toEqual([expect.stringMatching(new RegExp(`^${variable} is .*which does not exist; create it`))]);
    // Reading its first byte fails, also for the superuser.
    const unreadable = faultsOf({ [variable]: '/proc/self/mem' });
    if (process.platform === 'linux') expect(unreadable).toEqual([expect.stringMatching(/cannot be read .*; name a/)]);
    const bad = faulty.find((text) => text.trim() !== '') ?? '';
    writeFileSync(file, bad);
    const [fault = ''] = faultsOf({ [variable]: file });
    expect(fault).toContain(`the value in the file of ${variable} (${file})`);
    expect(fault.split('; give')[0]).not.toContain(bad);
  });
});
