/** The whole configuration: read from the environment once, validated, frozen. */
import { FaultCollector, type Environment } from './fault-collector.js';
import {
  accountId,
  databaseAddress,
  emailAddress,
  headerName,
  hostName,
  logFormat,
  oneOf,
  password,
  plainName,
  secretPrefix,
  trustedProxies,
  userToken,
  wholeNumber,
  yesOrNo,
} from './variables.js';

/** Everything a person can set; see the README for the meaning of each. */
export type Config = ReturnType<typeof readConfig>;

/**
 * Reads the configuration from an environment.
 * @param env - usually `process.env`; an empty value counts as not given
 * @throws ConfigError with every fault in it
 */
export function loadConfig(env: Environment): Config {
  const faults = new FaultCollector(env);
  const config = readConfig(faults);
  faults.throwIfAny();
  return deepFreeze(config);
}

function readConfig(from: FaultCollector) {
  return {
    server: {
      host: from.read('HOST', hostName, '127.0.0.1'),
      port: from.read('PORT', wholeNumber(0, 65_535), 3000),
      trustProxy: from.read('TRUST_PROXY', trustedProxies, false),
      // Proxies keep theirs for 60 seconds, and must not be the second to let go.
      keepAliveSeconds: from.read('KEEP_ALIVE_SECONDS', wholeNumber(1, 3600), 75),
    },
    database: {
      address: from.read('DATABASE_URL', databaseAddress, DEFAULT_DATABASE),
      poolSize: from.read('DATABASE_POOL_SIZE', wholeNumber(2, 200), 10),
      leaseSeconds: from.read('INSTANCE_LEASE_SECONDS', wholeNumber(1, 60), 2),
    },
    log: {
      level: from.read('LOG_LEVEL', oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), 'info'),
      format: from.read('LOG_FORMAT', logFormat, process.stderr.isTTY ? 'pretty' : 'json'),
    },
    // Up to a hundred years.
    audit: { retentionDays: from.read('AUDIT_RETENTION_DAYS', wholeNumber(0, 36_500), 0) },
    firstStart: readFirstStart(from),
    ...readPasswordRules(from),
    ...readDialects(from),
  };
}

const DEFAULT_DATABASE = { engine: 'sqlite', path: './data/latchkey.sqlite' } as const;

function readFirstStart(from: FaultCollector) {
  return {
    adminEmail: from.read('ADMIN_EMAIL', emailAddress, undefined),
    adminPassword: from.read('ADMIN_PASSWORD', password, undefined),
    adminToken: from.read('ADMIN_TOKEN', userToken, undefined),
    accountId: from.read('ACCOUNT_ID', accountId, undefined),
    accountName: from.read('ACCOUNT_NAME', plainName, undefined),
  };
}

function readPasswordRules(from: FaultCollector) {
  return {
    credentialCache: {
      entries: from.read('CREDENTIAL_CACHE_ENTRIES', wholeNumber(0, 10_000_000), 50_000),
      seconds: from.read('CREDENTIAL_CACHE_SECONDS', wholeNumber(1, 86_400), 300),
    },
    passwords: { bcryptCost: from.read('BCRYPT_COST', wholeNumber(4, 16), 12) },
    loginThrottle: {
      failuresPerAccount: from.read('LOGIN_FAILURES_PER_ACCOUNT', wholeNumber(1, 100_000), 10),
      failuresPerAddress: from.read('LOGIN_FAILURES_PER_ADDRESS', wholeNumber(1, 100_000), 100),
      windowSeconds: from.read('LOGIN_FAILURE_WINDOW_SECONDS', wholeNumber(1, 86_400), 900),
    },
  };
}

function readDialects(from: FaultCollector) {
  return {
    canvus: { keepaliveSeconds: from.read('CANVUS_KEEPALIVE_SECONDS', wholeNumber(1, 3600), 15) },
    cloudflare: {
      serviceTokenPrefix: from.read('SERVICE_TOKEN_PREFIX', secretPrefix, 'lkst_'),
      serviceTokensPerAccount: from.read('SERVICE_TOKENS_PER_ACCOUNT', wholeNumber(0, 999_999_999), 0),
    },
    dataPlane: {
      maxAgeSeconds: from.read('VERIFY_MAX_AGE_SECONDS', wholeNumber(0, 3600), 0),
      jsonHeader: from.read('SERVICE_TOKEN_HEADER', headerName, undefined),
    },
    crm: {
      allowNoIdentifier: from.read('CRM_ALLOW_NO_IDENTIFIER', yesOrNo, false),
      httpErrors: from.read('CRM_HTTP_ERRORS', oneOf('ok', 'status'), 'ok'),
    },
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deepFreeze(part as object);
  }
  return Object.freeze(value);
}
