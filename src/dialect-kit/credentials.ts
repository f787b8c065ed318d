/** The forms of credentials that a list of dialects makes, and what can be decided of them. */
import { CredentialForms, optionGroup, type OptionRules } from '../core/index.js';
import { BEARER_FORM } from '../identity/index.js';
import type { Dialect } from './dialect.js';

/** Options of the forms of credentials, by the name of the dialect. */
export type CredentialOptions = Readonly<Record<string, object>>;

/** The forms of all dialects, and those that tokens of users have without any. */
export function credentialFormsOf(dialects: readonly Dialect[], options: CredentialOptions = {}): CredentialForms {
  const forms = dialects.flatMap(({ name, credentials }) => credentials?.forms(options[name] ?? {}) ?? []);
  return new CredentialForms([...forms, BEARER_FORM]);
}

/** What the options of each dialect may be. */
export function credentialRulesOf(dialects: readonly Dialect[]): OptionRules<CredentialOptions> {
  return Object.fromEntries(
    dialects.flatMap(({ name, credentials }) =>
      credentials?.optionRules ? [[name, optionGroup(credentials.optionRules)]] : [],
    ),
  );
}
