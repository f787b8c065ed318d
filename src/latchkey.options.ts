/** The options of the module that provides core and identity. */
import type { ModuleMetadata, Provider } from '@nestjs/common';
import { credentialSettingsOf, type CredentialOptions, type Dialect } from './dialect-kit/index.js';
import { LATCHKEY_SETTINGS } from './latchkey.settings.js';
import { withGroup, type Options, type SettingsTable, type Values } from './settings/index.js';

/** The options of a host, all optional; docs/settings.md describes each of them. */
export interface LatchkeyOptions extends Options<typeof LATCHKEY_SETTINGS> {
  /** Options of the credential forms by dialect, for example `{ cloudflare: { jsonHeader: 'Authorization' } }`. */
  readonly credentials?: CredentialOptions | undefined;
}

/** The options with their defaults filled in. */
export interface LatchkeyValues extends Values<typeof LATCHKEY_SETTINGS> {
  readonly credentials: CredentialOptions;
}

/** Options that are fixed when the module is imported, also with `forRootAsync`. */
export interface LatchkeyExtras {
  /** Name of the host's TypeORM connection, if it is not the default connection. */
  connectionName?: string | undefined;
  /**
   * The dialects whose tokens this application knows, whether or not it serves them. Default: all of Latchkey's own. A
   * connection of the host needs `entitiesOf(dialects)` and `migrationsOf(dialects)`.
   */
  dialects?: readonly Dialect[] | undefined;
  /** Modules with the dependencies of {@link LatchkeyExtras.providers}. */
  imports?: ModuleMetadata['imports'];
  /** Replacements for parts of Latchkey: `{ provide: UserDirectory, … }`, `Clock`, `AuditSink`. */
  providers?: Provider[] | undefined;
}

/** For `ConfigurableModuleBuilder.setExtras`. Extras that are not named would count as options. */
export const EXTRAS: LatchkeyExtras = {
  connectionName: undefined,
  dialects: undefined,
  imports: undefined,
  providers: undefined,
};

/** The settings behind the options, including those of the dialects' credential forms. */
export function latchkeySettings(dialects: readonly Dialect[]): SettingsTable {
  return withGroup(LATCHKEY_SETTINGS, 'credentials', credentialSettingsOf(dialects));
}
