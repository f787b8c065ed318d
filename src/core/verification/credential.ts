/** What somebody presents to be let in, and the forms it can have. */
import { randomFillSync } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Secret } from '../tokens/secret.js';

/** A secret that names its token by itself, or a handle and a secret. */
export type Credential =
  | { readonly secret: Secret }
  | { readonly secret: Secret; readonly kind: string; readonly handle: string; readonly handleScope?: string };

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const RANDOM_LENGTH = 40;
const CHECKSUM_LENGTH = 8;

/** The largest multiple of the alphabet's size in a byte: what lies above would favour some characters. */
const UNBIASED = 256 - (256 % ALPHABET.length);

/** A prefix, 40 random alphanumerics, 8 hex characters of checksum. */
const CHECKED = /^[A-Za-z0-9]{1,15}_[A-Za-z0-9]{40}[0-9a-f]{8}$/;

/**
 * A secret whose checksum tells a typing error from a wrong one: 238 random bits.
 * @param prefix - up to 15 letters or digits and an underscore, for example `lkst_`
 */
export function newCheckedSecret(prefix: string): Secret {
  const body = prefix + randomCharacters();
  return new Secret(body + checksum(body));
}

/** Whether a text can be a secret of {@link newCheckedSecret}, with any prefix: asked before the database is. */
export function isCheckedSecret(text: string): boolean {
  return CHECKED.test(text) && text.endsWith(checksum(text.slice(0, -CHECKSUM_LENGTH)));
}

/** 32 bytes as base64url without padding: 43 characters. */
const USER_TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Whether a text can be a secret of `HashingService.newSecret`. */
export function isUserToken(text: string): boolean {
  return USER_TOKEN.test(text);
}

function randomCharacters(): string {
  let text = '';
  while (text.length < RANDOM_LENGTH) {
    const byte = randomByte();
    if (byte < UNBIASED) text += ALPHABET.charAt(byte % ALPHABET.length);
  }
  return text;
}

/** Asked for at once for many secrets, for that costs what it costs for one. */
const random = Buffer.alloc(4096);
let used = random.length;

/** Each is given once, and wiped. */
function randomByte(): number {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  const byte = random.readUInt8(used);
  random.writeUInt8(0, used);
  used += 1;
  return byte;
}

/** CRC-32 of what precedes it, 8 lower-case hex characters. */
function checksum(text: string): string {
  return crc32(text).toString(16).padStart(CHECKSUM_LENGTH, '0');
}
