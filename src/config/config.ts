/** The configuration of the server: read from the environment once, validated and frozen. */
import { APPLICATION_SETTINGS } from '../applications/applications.settings.js';
import { ASSERTION_SETTINGS } from '../assertions/assertions.settings.js';
import {
  CREDENTIAL_CACHE_SETTINGS,
  IMPORTED_TOKEN_SETTINGS,
  LAST_USE_SETTINGS,
  LONG_LIST_SETTINGS,
  PASSWORD_SETTINGS,
} from '../core/core.settings.js';
import { DATA_PLANE_SETTINGS } from '../data-plane/data-plane.settings.js';
import { DIALECT_SETTINGS } from '../dialects.settings.js';
import { REQUEST_SETTINGS } from '../http/http.settings.js';
import {
  CLEANUP_SETTINGS,
  FIRST_START_SETTINGS,
  LOGIN_THROTTLE_SETTINGS,
  NAME_SETTINGS,
  RIGHTS_SETTINGS,
  USER_TOKEN_SETTINGS,
} from '../identity/identity.settings.js';
import { MONITORING_SETTINGS } from '../monitoring/monitoring.settings.js';
import { LOG_SETTINGS } from '../operations/logging.settings.js';
import { DATABASE_SETTINGS } from '../persistence/persistence.settings.js';
import { SERVER_SETTINGS } from '../standalone/server.settings.js';
import {
  readEnvironment,
  unknownVariables,
  settingsInForce,
  type Environment,
  type SettingInForce,
  type SettingsTable,
  type UnknownVariable,
  type Values,
} from '../settings/index.js';
import { ConfigError } from './config-error.js';

/** The settings of each dialect by its name. */
export type DialectSettings = Readonly<Record<string, SettingsTable>>;

/** All settings of the environment; docs/settings.md describes each of them. */
export interface Config<D extends DialectSettings = typeof DIALECT_SETTINGS> {
  /** Where the server listens, which proxies it trusts, and its limits for connections. */
  readonly server: Values<typeof SERVER_SETTINGS>;
  /** Requests to the dialects. */
  readonly requests: Values<typeof REQUEST_SETTINGS>;
  /** The database, and what the instances that share it must agree on. */
  readonly database: Values<typeof DATABASE_SETTINGS>;
  /** What the first start on an empty database creates: an administrator, an account and a token. */
  readonly firstStart: Values<typeof FIRST_START_SETTINGS>;
  /** The log on the standard error stream. */
  readonly log: Values<typeof LOG_SETTINGS>;
  /** Metrics, and the listener for operators. */
  readonly monitoring: Values<typeof MONITORING_SETTINGS>;
  /** Hashing of passwords. */
  readonly passwords: Values<typeof PASSWORD_SETTINGS>;
  /** When callers who have failed to log in must wait. */
  readonly loginThrottle: Values<typeof LOGIN_THROTTLE_SETTINGS>;
  /** Limits of logins and personal tokens. */
  readonly userTokens: Values<typeof USER_TOKEN_SETTINGS>;
  /** E-mail addresses and names of accounts. */
  readonly names: Values<typeof NAME_SETTINGS>;
  /** What users may do to themselves and their accounts. */
  readonly rights: Values<typeof RIGHTS_SETTINGS>;
  /** Limits of applications and policies. */
  readonly applications: Values<typeof APPLICATION_SETTINGS>;
  /** Assertions, which applications check by themselves. */
  readonly assertions: Values<typeof ASSERTION_SETTINGS>;
  /** The credential cache. */
  readonly credentialCache: Values<typeof CREDENTIAL_CACHE_SETTINGS>;
  /** What is recorded about the last use of a token. */
  readonly lastUse: Values<typeof LAST_USE_SETTINGS>;
  /** Imported tokens that have not been used here yet. */
  readonly importedTokens: Values<typeof IMPORTED_TOKEN_SETTINGS>;
  /** What one user may read at the same time. */
  readonly longLists: Values<typeof LONG_LIST_SETTINGS>;
  /** What is removed in the background, and when. */
  readonly cleanup: Values<typeof CLEANUP_SETTINGS>;
  /** Verification by proxies and other services. */
  readonly dataPlane: Values<typeof DATA_PLANE_SETTINGS>;
  /** The settings of each dialect by its name. */
  readonly dialects: { readonly [Name in keyof D]: Values<D[Name]> };
  /** Variables that look like misspelt settings. The server logs a warning about each when it starts. */
  readonly unknownVariables: readonly UnknownVariable[];
  /** Every setting as it is in force, without what is secret in it, in the order of help and documentation. */
  readonly inForce: readonly SettingInForce[];
}

/** The tables that belong to no dialect, in the order of help and documentation. */
const SHARED = {
  server: SERVER_SETTINGS,
  requests: REQUEST_SETTINGS,
  database: DATABASE_SETTINGS,
  firstStart: FIRST_START_SETTINGS,
  log: LOG_SETTINGS,
  monitoring: MONITORING_SETTINGS,
  passwords: PASSWORD_SETTINGS,
  loginThrottle: LOGIN_THROTTLE_SETTINGS,
  userTokens: USER_TOKEN_SETTINGS,
  names: NAME_SETTINGS,
  rights: RIGHTS_SETTINGS,
  applications: APPLICATION_SETTINGS,
  assertions: ASSERTION_SETTINGS,
  credentialCache: CREDENTIAL_CACHE_SETTINGS,
  lastUse: LAST_USE_SETTINGS,
  importedTokens: IMPORTED_TOKEN_SETTINGS,
  longLists: LONG_LIST_SETTINGS,
  dataPlane: DATA_PLANE_SETTINGS,
  cleanup: CLEANUP_SETTINGS,
} as const;

/** All tables, in the order of help and documentation. */
export function settingsTables(dialects: DialectSettings = DIALECT_SETTINGS): readonly SettingsTable[] {
  return [...Object.values(SHARED), ...Object.values(dialects)];
}

/**
 * Reads the configuration from environment variables.
 * @param env - usually `process.env`; an empty value counts as not set
 * @param dialects - the settings of the dialects. Default: those of Latchkey's own dialects.
 * @throws ConfigError that lists all issues
 */
export function loadConfig(env: Environment): Config;
export function loadConfig<D extends DialectSettings>(env: Environment, dialects: D): Config<D>;
export function loadConfig(env: Environment, dialects: DialectSettings = DIALECT_SETTINGS): Config<DialectSettings> {
  const issues: string[] = [];
  const config = {
    ...valuesOf(SHARED, env, issues),
    dialects: valuesOf(dialects, env, issues),
    unknownVariables: unknownVariables(env, settingsTables(dialects)),
    inForce: settingsTables(dialects).flatMap((table) => settingsInForce(table, env)),
  };
  if (issues.length > 0) throw new ConfigError(issues);
  return deepFreeze(config);
}

function valuesOf<T extends DialectSettings>(
  tables: T,
  env: Environment,
  issues: string[],
): { readonly [Name in keyof T]: Values<T[Name]> } {
  const values = Object.entries(tables).map(([name, table]) => [name, readEnvironment(table, env, issues)]);
  return Object.fromEntries(values) as { readonly [Name in keyof T]: Values<T[Name]> };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deepFreeze(part as object);
  }
  return Object.freeze(value);
}
