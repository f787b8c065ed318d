import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hash as argonHash } from '@node-rs/argon2';
import bcrypt from 'bcrypt';
import { matchesHash, readHash, saltOfBcryptId, searchableHash, type ImportedAlgorithm } from './algorithms.js';

const SECRET = 'QbhGvPSeh0hLSgfJb120I6by4ao1J5RRd59XmNOQq2g';
/** docs/design.md §5. */
const SALT = '$2a$04$CJMbCOH5ASXJAPMxw6XMZ.';
const ID = 'JDJhJDA0JENKTWJDT0g1QVNYSkFQTXh3NlhNWi44SUR3aHJaY2E1UUVaOGZUeTRDejB2ZnQzWGovclQ2';

const b64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
const salt = Buffer.from('0123456789abcdef');

const flawOf = (algorithm: ImportedAlgorithm, text: string): string | undefined => {
  const read = readHash(algorithm, text);
  return 'flaw' in read ? read.flaw : undefined;
};

async function verdictsOf(algorithm: ImportedAlgorithm, text: string, key = ''): Promise<boolean[]> {
  const read = readHash(algorithm, text);
  if ('flaw' in read) throw new Error(read.flaw);
  const secrets = [SECRET, `${SECRET}x`, SECRET.slice(1), ''];
  return Promise.all(secrets.map((secret) => matchesHash(algorithm, key, read.verifier, secret)));
}

const ONLY_THE_RIGHT_ONE = [true, false, false, false];

describe('hashes that can be searched for', () => {
  it("make the id of the vendor's example from its token, and the salt from the id", async () => {
    expect(saltOfBcryptId(ID)).toBe(SALT);
    expect(await searchableHash('bcrypt-id', SALT, SECRET)).toBe(ID);
    expect(await verdictsOf('bcrypt-id', ID, SALT)).toEqual(ONLY_THE_RIGHT_ONE);
  });

  // From the test vectors of RFC 4231 §4.3 and FIPS 180-4.
  it.each([
    ['sha256', '', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'sha512',
      '',
      'abc',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
    [
      'hmac-sha256',
      Buffer.from('Jefe').toString('base64'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
  ] as const)('of %s are those of the standard, in hex or base64', async (algorithm, key, secret, hex) => {
    expect(await searchableHash(algorithm, key, secret)).toBe(hex);
    for (const text of [hex, hex.toUpperCase(), Buffer.from(hex, 'hex').toString('base64')]) {
      expect(readHash(algorithm, text)).toEqual({ verifier: hex });
    }
    expect(flawOf(algorithm, hex.slice(1))).toMatch(/^is neither \d+ hex/);
  });
});

describe('hashes with a salt each', () => {
  it.each([
    ['bcrypt', () => bcrypt.hash(SECRET, 4)],
    ['bcrypt', async () => (await bcrypt.hash(SECRET, 4)).replace('$2b', '$2y')],
    ['argon2id', () => argonHash(SECRET, { memoryCost: 64, timeCost: 1, parallelism: 1 })],
    ['scrypt', () => `$scrypt$ln=4,r=8,p=1$${b64(salt)}$${b64(scryptSync(SECRET, salt, 32, { N: 16 }))}`],
    ['pbkdf2', () => `$pbkdf2-sha256$i=10,l=32$${b64(salt)}$${b64(pbkdf2Sync(SECRET, salt, 10, 32, 'sha256'))}`],
    [
      'pbkdf2',
      () => `$pbkdf2-sha512$10$${b64(salt)}$${b64(pbkdf2Sync(SECRET, salt, 10, 64, 'sha512')).replaceAll('+', '.')}`,
    ],
    ['pbkdf2', () => `pbkdf2_sha256$10$seasalt$${pbkdf2Sync(SECRET, 'seasalt', 10, 32, 'sha256').toString('base64')}`],
  ] as const)('of %s match the right secret only', async (algorithm, make) => {
    expect(await verdictsOf(algorithm, await make())).toEqual(ONLY_THE_RIGHT_ONE);
  });

  it('of bcrypt match nothing that bcrypt would cut off', async () => {
    const long = 'x'.repeat(72);
    const hashed = await bcrypt.hash(long, 4);
    expect(await matchesHash('bcrypt', '', hashed, long)).toBe(true);
    expect(await matchesHash('bcrypt', '', hashed, `${long}y`)).toBe(false);
  });

  it.each([
    ['bcrypt', `$2b$15$${'x'.repeat(53)}`],
    ['pbkdf2', '$pbkdf2-sha256$i=9000000$c2FsdA$aGFzaA'],
    ['argon2id', '$argon2id$v=19$m=1048576,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2g'],
    ['scrypt', '$scrypt$ln=25,r=8,p=1$c2FsdA$aGFzaA'],
  ] as const)('of %s are refused if they are too costly to compare', (algorithm, text) => {
    expect(flawOf(algorithm, text)).toMatch(/^is too costly to compare \(.*; at most .*\): issue this token anew/);
  });

  const bcryptOf = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${'x'.repeat(53)}`;
  const argonOf = (m: number, t: number, p: number): string =>
    `$argon2id$v=19$m=${String(m)},t=${String(t)},p=${String(p)}$c2FsdHNhbHQ$aGFzaGhhc2g`;
  const scryptOf = (ln: number, r: number, p: number): string =>
    `$scrypt$ln=${String(ln)},r=${String(r)},p=${String(p)}$c2FsdA$aGFzaA`;
  const pbkdf2Of = (count: number): string => `$pbkdf2-sha256$i=${String(count)}$c2FsdA$aGFzaA`;

  it.each([
    ['bcrypt', bcryptOf(4), bcryptOf(3)],
    ['bcrypt', bcryptOf(14), bcryptOf(15)],
    ['pbkdf2', pbkdf2Of(1), pbkdf2Of(0)],
    ['pbkdf2', pbkdf2Of(2_000_000), pbkdf2Of(2_000_001)],
    ['argon2id', argonOf(8, 1, 1), argonOf(7, 1, 1)],
    ['argon2id', argonOf(32, 1, 4), argonOf(31, 1, 4)],
    ['argon2id', argonOf(64, 1, 1), argonOf(64, 0, 1)],
    ['argon2id', argonOf(64, 1, 1), argonOf(64, 1, 0)],
    ['argon2id', argonOf(262_144, 1, 1), argonOf(262_145, 1, 1)],
    ['argon2id', argonOf(64, 20, 1), argonOf(64, 21, 1)],
    ['argon2id', argonOf(136, 1, 16), argonOf(136, 1, 17)],
    ['scrypt', scryptOf(1, 1, 1), scryptOf(0, 1, 1)],
    ['scrypt', scryptOf(4, 1, 1), scryptOf(4, 0, 1)],
    ['scrypt', scryptOf(4, 8, 1), scryptOf(4, 8, 0)],
    // 256 MiB, and as little more as there is.
    ['scrypt', scryptOf(18, 8, 1), scryptOf(18, 9, 1)],
    ['scrypt', scryptOf(4, 8, 16), scryptOf(4, 8, 17)],
  ] as const)('of %s may have the parameters of %s, and not those of %s', (algorithm, last, beyond) => {
    expect(readHash(algorithm, last)).toEqual({ verifier: last });
    expect(flawOf(algorithm, beyond)).toBeDefined();
  });

  it.each([
    ['bcrypt', '$2b$10$short'],
    ['pbkdf2', 'sha256:1000:salt:hash'],
    ['argon2id', '$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g'],
    ['scrypt', 'SCRYPT'],
  ] as const)('of %s in another form are refused with the form that is taken', (algorithm, text) => {
    expect(flawOf(algorithm, text)).toMatch(/^is no .*: \$/);
  });

  it('have their parameters again when they are compared', async () => {
    await expect(matchesHash('scrypt', '', 'nonsense', SECRET)).rejects.toThrow('a stored hash is no scrypt hash');
  });
});
