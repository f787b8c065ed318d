/** What a dialect is made of, and what a list of dialects amounts to. */
export { credentialFormsOf, credentialRulesOf, type CredentialOptions } from './credentials.js';
export { defineDialect, type Dialect, type DialectCredentials } from './dialect.js';
