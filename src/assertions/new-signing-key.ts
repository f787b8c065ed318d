/** Makes the key pairs that sign assertions. */
import { generateKeyPair, hash, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { selfSignedCertificate } from './certificate.js';
import type { PublicKey, SigningKey } from './signing-key.entity.js';

const generate = promisify(generateKeyPair);

/** Keys are RSA, since validators know nothing else (docs/contracts/access-edge.md §4, §19). */
const MODULUS_BITS = 2048;

/** The certificate outlives its key: what counts is whether the key is published. */
const CERTIFICATE_YEARS = 20;

/** A key pair, with its private key unprotected. */
export type NewKey = Pick<SigningKey, 'kid' | 'publicKey' | 'certificate' | 'privateKey'>;

/**
 * A new key pair; takes some tenths of a second of another thread.
 * @param name - the host of the issuer, for the certificate
 */
export async function newSigningKey(name: string, now: Date): Promise<NewKey> {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: MODULUS_BITS });
  const jwk = publicJwk(publicKey);
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(now.getUTCFullYear() + CERTIFICATE_YEARS);
  // Of a common name, X.509 takes up to 64 characters.
  const contents = { name: name.slice(0, 64), notBefore: now, notAfter, publicKey, privateKey };
  return {
    kid: jwk.kid,
    publicKey: jwk,
    certificate: selfSignedCertificate({ serial: jwk.kid.slice(0, 32), ...contents }),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** With its thumbprint (RFC 7638), in hex, as the id. */
function publicJwk(key: KeyObject): PublicKey {
  const { e = '', n = '' } = key.export({ format: 'jwk' });
  const kid = hash('sha256', JSON.stringify({ e, kty: 'RSA', n }));
  return { kid, kty: 'RSA', alg: 'RS256', use: 'sig', e, n };
}
