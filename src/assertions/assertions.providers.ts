/** The providers of assertions, for the module that assembles them. */
import { AssertionReader } from './assertion-reader.js';
import { AssertionSigner } from './assertion-signer.js';
import { AssertionIssuer } from './issuer.js';
import { SigningKeys } from './signing-keys.js';

export const ASSERTION_PROVIDERS = [AssertionIssuer, AssertionReader, AssertionSigner, SigningKeys];
