/** The secret of a service token: prefix, 40 alphanumerics, and a checksum that tells a typing error from a wrong secret. */
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Secret } from '../../core/index.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const RANDOM_LENGTH = 40;

/** The largest multiple of the alphabet's size in a byte: what lies above would favour some characters. */
const UNBIASED = 256 - (256 % ALPHABET.length);

/** @param prefix - for example `lkst_` */
export function newClientSecret(prefix: string): Secret {
  const body = prefix + randomCharacters();
  return new Secret(body + checksum(body));
}

/** A public half: 32 lower-case hex characters and `.access`. */
export function newClientId(): string {
  return `${randomBytes(16).toString('hex')}.access`;
}

function randomCharacters(): string {
  let text = '';
  while (text.length < RANDOM_LENGTH) {
    for (const byte of randomBytes(RANDOM_LENGTH)) {
      if (byte < UNBIASED && text.length < RANDOM_LENGTH) text += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return text;
}

/** CRC-32 of what precedes it, 8 lower-case hex characters. */
function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
