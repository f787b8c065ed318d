/** Combines the credential forms of a list of dialects, and the rules for their options. */
import { CredentialForms, optionGroup, type OptionRules } from '../core/index.js';
import { BEARER_FORM } from '../identity/index.js';
import type { Dialect } from './dialect.js';

/** Options of the credential forms, by the name of the dialect. */
export type CredentialOptions = Readonly<Record<string, object>>;

/** The forms of all dialects, and the bearer form that user tokens have in any case. */
export function credentialFormsOf(dialects: readonly Dialect[], options: CredentialOptions = {}): CredentialForms {
  const forms = dialects.flatMap(({ name, credentials }) => credentials?.forms(options[name] ?? {}) ?? []);
  return new CredentialForms([...forms, BEARER_FORM]);
}

/** The rules for each dialect's credential options. */
export function credentialRulesOf(dialects: readonly Dialect[]): OptionRules<CredentialOptions> {
  return Object.fromEntries(
    dialects.flatMap(({ name, credentials }) =>
      credentials?.optionRules ? [[name, optionGroup(credentials.optionRules)]] : [],
    ),
  );
}
