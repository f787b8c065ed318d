/** Combines the credential forms of a list of dialects, and the settings of these forms. */
import { AssertionForms } from '../assertions/index.js';
import { CredentialForms, type CredentialForm } from '../core/index.js';
import { BEARER_FORM } from '../identity/index.js';
import { settingsTable, type SettingsTable } from '../settings/index.js';
import type { Dialect } from './dialect.js';

/** Options of the credential forms, by the name of the dialect. */
export type CredentialOptions = Readonly<Record<string, object>>;

/** The forms of all dialects, and the bearer form that user tokens have in any case. */
export function credentialFormsOf(dialects: readonly Dialect[], options: CredentialOptions = {}): CredentialForms {
  const forms = dialects.flatMap(({ name, credentials }) => credentials?.forms(options[name] ?? {}) ?? []);
  // In a header that several forms use, those come last that take any text.
  const isOfAccounts = ({ belongsTo }: CredentialForm): boolean => belongsTo === 'account';
  const others = forms.filter((form) => !isOfAccounts(form));
  return new CredentialForms([...others, BEARER_FORM, ...forms.filter(isOfAccounts)]);
}

/** The assertions of all dialects. */
export function assertionFormsOf(dialects: readonly Dialect[]): AssertionForms {
  return new AssertionForms(dialects.flatMap(({ credentials }) => credentials?.assertions ?? []));
}

/** The settings of each dialect's credential forms. */
export function credentialSettingsOf(dialects: readonly Dialect[]): SettingsTable {
  const tables = dialects.flatMap(({ name, credentials }) =>
    credentials?.settings ? [[name, credentials.settings] as const] : [],
  );
  return settingsTable('Credentials', Object.fromEntries(tables));
}
