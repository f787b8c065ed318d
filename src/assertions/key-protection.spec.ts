import { describe, expect, it } from '@jest/globals';
import { KeyProtection, SigningKeyError, isProtected } from './key-protection.js';

const PRIVATE = '-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n';
const protection = new KeyProtection('a'.repeat(64));

describe('the protection of private keys', () => {
  it('encrypts, and reveals what it has encrypted', async () => {
    const stored = await protection.protect('one', PRIVATE);
    expect(isProtected(stored)).toBe(true);
    expect(stored).not.toContain('PRIVATE');
    expect(await protection.reveal('one', stored)).toBe(PRIVATE);
  });

  it('does not reveal a key that stands in the place of another', async () => {
    const stored = await protection.protect('one', PRIVATE);
    await expect(protection.reveal('other', stored)).rejects.toThrow(SigningKeyError);
  });

  it('reveals keys that were never encrypted, with or without a key of its own', async () => {
    for (const each of [protection, new KeyProtection(undefined)]) {
      expect(await each.reveal('one', PRIVATE)).toBe(PRIVATE);
    }
  });

  it('needs the key that has encrypted', async () => {
    const stored = await protection.protect('one', PRIVATE);
    await expect(new KeyProtection(undefined).reveal('one', stored)).rejects.toThrow('set ASSERTION_KEY_FILE');
    await expect(new KeyProtection('b'.repeat(64)).reveal('one', stored)).rejects.toThrow('another key');
  });
});
