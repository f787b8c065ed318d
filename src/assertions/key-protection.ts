/** Encrypts private keys for the database, with a key that is not in it. */
import type { CompactDecryptResult } from 'jose';
import { keyBytes } from './assertions.settings.js';
import { loadJose } from './jose.js';

/** The server cannot start with these keys; the message says how to mend it. */
export class SigningKeyError extends Error {}

/** Encrypts the private keys of signing keys, and decrypts them; without a key, leaves them as they are. */
export class KeyProtection {
  private readonly key: Uint8Array | undefined;

  /** @param key - 32 bytes in hex or base64 */
  constructor(key: string | undefined) {
    this.key = key === undefined ? undefined : keyBytes(key);
  }

  /** Whether there is a key. */
  get isOn(): boolean {
    return this.key !== undefined;
  }

  /** @param kid - which the result is bound to */
  async protect(kid: string, privateKey: string): Promise<string> {
    if (!this.key) return privateKey;
    const { CompactEncrypt } = await loadJose();
    return new CompactEncrypt(Buffer.from(privateKey))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
      .encrypt(this.key);
  }

  /** @throws SigningKeyError without the key by which it was encrypted */
  async reveal(kid: string, stored: string): Promise<string> {
    if (!isProtected(stored)) return stored;
    if (!this.key) {
      throw new SigningKeyError(
        'the keys that sign assertions are encrypted: set ASSERTION_KEY_FILE to the file with the key that encrypted ' +
          'them, or ASSERTION_KEY. If it is lost, delete all rows of the table latchkey_signing_key, and new keys are made.',
      );
    }
    const { plaintext, protectedHeader } = await this.decrypted(stored, this.key);
    if (protectedHeader.kid !== kid) throw wrongKey();
    return Buffer.from(plaintext).toString();
  }

  private async decrypted(stored: string, key: Uint8Array): Promise<CompactDecryptResult> {
    const { compactDecrypt } = await loadJose();
    try {
      return await compactDecrypt(stored, key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
    } catch {
      throw wrongKey();
    }
  }
}

/** Whether a private key, as it is in the database, is encrypted. */
export function isProtected(stored: string): boolean {
  return !stored.startsWith('-----BEGIN ');
}

function wrongKey(): SigningKeyError {
  return new SigningKeyError(
    'the keys that sign assertions were encrypted with another key than ASSERTION_KEY or ASSERTION_KEY_FILE give: ' +
      'give the one that was used before. If it is lost, delete all rows of the table latchkey_signing_key, and new keys are made.',
  );
}
