/** Secrets in memory, which print as `[secret]` if they are printed by accident, and the formats of those that are made. */
import { randomFillSync } from 'node:crypto';
import { inspect } from 'node:util';
import { crc32 } from 'node:zlib';

const REDACTED = '[secret]';

/**
 * Wraps a plain secret (a token, a password) so that JSON, templates, `inspect` and error
 * messages show `[secret]`. Only mappers and {@link HashingService} call {@link reveal}.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The plain text. Every call takes the secret out of its wrapper. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const RANDOM_LENGTH = 40;
const CHECKSUM_LENGTH = 8;

/** The largest multiple of the alphabet's size in a byte: larger values would favour some characters. */
const UNBIASED = 256 - (256 % ALPHABET.length);

/** The published pattern of {@link newCheckedSecret}: a prefix, 40 random alphanumerics, 8 hex characters of checksum. */
export const CHECKED_SECRET_PATTERN = '[A-Za-z0-9]{1,15}_[A-Za-z0-9]{40}[0-9a-f]{8}';

const CHECKED = new RegExp(`^${CHECKED_SECRET_PATTERN}$`);

/**
 * Creates a secret of 238 random bits. Its checksum distinguishes a mistyped secret from a wrong one.
 * @param prefix - up to 15 letters or digits and an underscore, for example `key_`
 */
export function newCheckedSecret(prefix: string): Secret {
  const body = prefix + randomCharacters();
  return new Secret(body + checksum(body));
}

/** Whether a text can be a secret of {@link newCheckedSecret}, with any prefix. Checked before the database is read. */
export function isCheckedSecret(text: string): boolean {
  if (!CHECKED.test(text)) return false;
  // Numbers, because writing one in hex takes as long as computing it.
  return crc32(text.slice(0, -CHECKSUM_LENGTH)) === Number.parseInt(text.slice(-CHECKSUM_LENGTH), 16);
}

/** The published pattern of `HashingService.newSecret`: 32 bytes as base64url without padding, 43 characters. */
export const USER_TOKEN_PATTERN = '[A-Za-z0-9_-]{43}';

const USER_TOKEN = new RegExp(`^${USER_TOKEN_PATTERN}$`);

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

/** Random bytes are drawn in batches: one call for 4 KiB costs about as much as one for a single byte. */
const random = Buffer.alloc(4096);
let used = random.length;

/** Each byte is used only once, and then wiped. */
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
