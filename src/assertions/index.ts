/** Assertions: short signed proofs of admission that applications check by themselves, and the keys that sign them. */
export { AssertionForms, type AssertionForm } from './assertion-form.js';
export { AssertionReader } from './assertion-reader.js';
export { AssertionSigner, type Assertion } from './assertion-signer.js';
export { ASSERTION_ENTITIES, ASSERTION_MIGRATIONS } from './assertions.entities.js';
export { ASSERTION_PROVIDERS } from './assertions.providers.js';
export { ASSERTION_CHANGES, SigningKeyChange, SigningKeyCreated, SigningKeysEncrypted } from './changes.js';
export { AssertionIssuer } from './issuer.js';
export { SigningKeyError } from './key-protection.js';
export { ASSERTION_OPTIONS, type AssertionOptions } from './options.js';
export type { PublicKey } from './signing-key.entity.js';
export { SigningKeys, type PublishedKey } from './signing-keys.js';
