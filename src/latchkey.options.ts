/** What a host decides of core and identity. */
import type { ModuleMetadata, Provider } from '@nestjs/common';
import { optionGroup, rule, wholeNumber, type CoreOptions, type OptionRules } from './core/index.js';
import { credentialRulesOf, type CredentialOptions, type Dialect } from './dialect-kit/index.js';
import type { CleanupOptions, LoginThrottleOptions } from './identity/index.js';
import type { DatabaseAddress } from './persistence/index.js';

/** What a host decides; all of it optional. */
export interface LatchkeyOptions extends Partial<Pick<CoreOptions, 'bcryptCost' | 'credentialCache'>> {
  /**
   * A database of Latchkey's own, which it opens, migrates and closes: an SQLite file (`:memory:` for none) or the URL
   * of a PostgreSQL. Without it, the host's TypeORM connection is used.
   */
  readonly database?: DatabaseAddress;
  /** When somebody who fails to log in has to wait; 10 failures an address, 100 a network, in 15 minutes. */
  readonly loginThrottle?: LoginThrottleOptions;
  /**
   * How long, in seconds, an instance that was lost delays a revocation at the most; 2 unless given. Only with
   * PostgreSQL. The same for all instances of one database.
   */
  readonly leaseSeconds?: number;
  /** What is removed in the background, and when: expired sessions in any case, audit rows only if it says so. */
  readonly cleanup?: CleanupOptions;
  /** The forms in which credentials are presented, by dialect: for example `{ cloudflare: { jsonHeader: 'Authorization' } }`. */
  readonly credentials?: CredentialOptions;
}

/** What is fixed when the module is imported. */
export interface LatchkeyExtras {
  /** Name of the host's TypeORM connection, where it is not the default one. */
  connectionName?: string | undefined;
  /**
   * The dialects whose tokens this application knows, served or not; all that Latchkey has by default. With a database
   * of the host's, its connection has `entitiesOf(dialects)` and `migrationsOf(dialects)`.
   */
  dialects?: readonly Dialect[] | undefined;
  /** Modules that provide what {@link LatchkeyExtras.providers} need. */
  imports?: ModuleMetadata['imports'];
  /** Parts put in place of ours: `{ provide: UserDirectory, … }`, `Clock`, `AuditSink`. */
  providers?: Provider[] | undefined;
}

/** For `ConfigurableModuleBuilder.setExtras`: named, so that they are no options. */
export const EXTRAS: LatchkeyExtras = {
  connectionName: undefined,
  dialects: undefined,
  imports: undefined,
  providers: undefined,
};

const DAY_MS = 86_400_000;

/** What each may be. */
export const optionRules = (dialects: readonly Dialect[]): OptionRules<LatchkeyOptions> => ({
  bcryptCost: wholeNumber(4, 16),
  credentialCache: optionGroup({ entries: wholeNumber(0, 10_000_000), seconds: wholeNumber(1, 86_400) }, [
    'entries',
    'seconds',
  ]),
  database: rule(isAddress, '{ engine: "sqlite", path: "…" } or { engine: "postgres", url: "postgres://…" }'),
  loginThrottle: optionGroup<LoginThrottleOptions>(
    {
      failuresPerAccount: wholeNumber(1, 100_000),
      failuresPerAddress: wholeNumber(1, 100_000),
      windowSeconds: wholeNumber(1, 86_400),
    },
    ['failuresPerAccount', 'failuresPerAddress', 'windowSeconds'],
  ),
  leaseSeconds: wholeNumber(1, 60),
  cleanup: optionGroup<CleanupOptions>({
    // Up to a hundred years.
    auditRetentionDays: wholeNumber(0, 36_500),
    initialDelayMs: wholeNumber(0, DAY_MS),
    intervalMs: wholeNumber(1, DAY_MS),
  }),
  credentials: optionGroup(credentialRulesOf(dialects)),
});

function isAddress(value: unknown): boolean {
  const { engine, path, url } = (value ?? {}) as Record<string, unknown>;
  if (engine === 'sqlite') return typeof path === 'string' && path !== '';
  return engine === 'postgres' && typeof url === 'string' && /^postgres(ql)?:\/\//.test(url) && URL.canParse(url);
}
