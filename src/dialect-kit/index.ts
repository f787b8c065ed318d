/** The parts from which a dialect is declared, and functions that combine a list of dialects. */
export { assertionFormsOf, credentialFormsOf, credentialSettingsOf, type CredentialOptions } from './credentials.js';
export { dialectSettings } from './dialect-settings.js';
export {
  defineDialect,
  type Dialect,
  type DialectCredentials,
  type DialectFinding,
  type ExportedAuditRow,
  type FirstAccess,
  type FirstCall,
  type ServedDialect,
} from './dialect.js';
