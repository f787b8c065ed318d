/** Encrypts answers with a key that only the caller has (docs/decisions/0058). */
import { createCipheriv, createDecipheriv, createHmac, hash, hkdfSync, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The row that belongs to a key of a user. */
export function rowIdOf(userId: number, key: string): string {
  return hash('sha256', `${String(userId)} ${key}`);
}

export function newSalt(): string {
  return randomBytes(16).toString('hex');
}

/** Seals and opens what belongs to one key of one user. */
export class AnswerSeal {
  private readonly encryption: Buffer;
  private readonly authentication: Buffer;

  constructor(userId: number, key: string, salt: string) {
    const info = `latchkey idempotent answer of user ${String(userId)}`;
    const derived = Buffer.from(hkdfSync('sha256', key, Buffer.from(salt, 'hex'), info, 2 * KEY_BYTES));
    this.encryption = derived.subarray(0, KEY_BYTES);
    this.authentication = derived.subarray(KEY_BYTES);
  }

  /** A digest of a request, 64 hex characters, which nobody without the key can compare with guesses. */
  digest(request: string): string {
    return createHmac('sha256', this.authentication).update(request).digest('hex');
  }

  seal(text: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.encryption, nonce);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  open(sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.encryption, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const opened = [decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
    return Buffer.concat(opened).toString('utf8');
  }
}
