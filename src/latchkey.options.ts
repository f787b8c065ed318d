/** What a host decides of core and identity. */
import type { ModuleMetadata, Provider } from '@nestjs/common';
import { credentialSettingsOf, type CredentialOptions, type Dialect } from './dialect-kit/index.js';
import { LATCHKEY_SETTINGS } from './latchkey.settings.js';
import { withGroup, type Options, type SettingsTable, type Values } from './settings/index.js';

/** What a host decides; all of it optional. The README says what each option is for. */
export interface LatchkeyOptions extends Options<typeof LATCHKEY_SETTINGS> {
  /** The forms in which credentials are presented, by dialect: for example `{ cloudflare: { jsonHeader: 'Authorization' } }`. */
  readonly credentials?: CredentialOptions | undefined;
}

/** The same with its defaults filled in. */
export interface LatchkeyValues extends Values<typeof LATCHKEY_SETTINGS> {
  readonly credentials: CredentialOptions;
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

/** What each option may be. */
export function latchkeySettings(dialects: readonly Dialect[]): SettingsTable {
  return withGroup(LATCHKEY_SETTINGS, 'credentials', credentialSettingsOf(dialects));
}
