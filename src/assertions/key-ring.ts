/** The keys of one moment, as they are in the database, prepared for signing and for publication. */
import type { CryptoKey } from 'jose';
import { currentKey, endOf, missingKeys, publishedKeys } from './key-schedule.js';
import { loadJose } from './jose.js';
import type { KeyProtection } from './key-protection.js';
import type { SigningKey } from './signing-key.entity.js';

/** The key that signs now. */
export interface Signing {
  readonly key: SigningKey;
  /** When its successor takes over; `undefined` as long as there is none. */
  readonly until: Date | undefined;
}

export class KeyRing {
  private readonly imported = new Map<string, Promise<CryptoKey>>();

  /** @param keys - in the order of their sequence, with at least the first one */
  constructor(
    readonly keys: readonly SigningKey[],
    private readonly protection: KeyProtection,
  ) {}

  /** The key that signs; `undefined` if there is none. */
  signing(now: Date): Signing | undefined {
    const key = currentKey(this.keys, now);
    return key && { key, until: endOf(this.keys, key) };
  }

  /** The keys to publish, the one that signs first. */
  published(now: Date): readonly SigningKey[] {
    return publishedKeys(this.keys, now);
  }

  /** Whether the current or the next key is missing. */
  isIncomplete(now: Date, keyDays: number): boolean {
    return missingKeys(this.keys, now, keyDays).length > 0;
  }

  /** The private key, which cannot be exported. @throws SigningKeyError */
  privateKey({ kid, privateKey }: SigningKey): Promise<CryptoKey> {
    let key = this.imported.get(kid);
    if (!key) {
      key = this.protection.reveal(kid, privateKey).then(async (text) => (await loadJose()).importPKCS8(text, 'RS256'));
      key.catch(() => this.imported.delete(kid));
      this.imported.set(kid, key);
    }
    return key;
  }
}
