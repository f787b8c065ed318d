/** What a dialect is made of, and what a list of dialects amounts to. */
export { credentialFormsOf, credentialRulesOf, type CredentialOptions } from './credentials.js';
export { dialectSettings } from './dialect-settings.js';
export {
  defineDialect,
  type Dialect,
  type DialectCredentials,
  type FirstAccess,
  type FirstCall,
  type ServedDialect,
} from './dialect.js';
