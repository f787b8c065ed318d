/** The ways in which other servers hash the secrets of tokens, and which of them can be searched for. */
import { createHmac, hash, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import bcrypt from 'bcrypt';
import { followLinks } from '../../internals/index.js';
import { isHashablePassword } from '../text-rules.js';

const derivedByPbkdf2 = promisify(pbkdf2);
const derivedByScrypt = promisify<string, Buffer, number, object, Buffer>(scrypt);

/** By the names that files of tokens have for them; `bcrypt-id` is bcrypt under the salt of a whole server, in base64. */
export const IMPORTED_ALGORITHMS = [
  'bcrypt-id',
  'sha256',
  'sha512',
  'hmac-sha256',
  'bcrypt',
  'pbkdf2',
  'argon2id',
  'scrypt',
] as const;

export type ImportedAlgorithm = (typeof IMPORTED_ALGORITHMS)[number];

/** Those with a salt for each hash: they cannot be searched for, so their tokens need a handle. */
export const SALTED: ReadonlySet<ImportedAlgorithm> = new Set(['bcrypt', 'pbkdf2', 'argon2id', 'scrypt']);

/** Those that take so long to compare that comparing has to wait its turn. */
export const SLOW: ReadonlySet<ImportedAlgorithm> = new Set([...SALTED, 'bcrypt-id']);

/** What a slow hash may cost to compare. */
const LIMITS = { bcryptCost: 14, iterations: 2_000_000, kibibytes: 262_144, argonPasses: 20, lanes: 16 };

/** A hash that can be compared: in its stored form, at most 512 characters. */
export interface ReadHash {
  readonly verifier: string;
}

/** Why a text is no hash of the algorithm, to be said after the word `hash`. */
export interface UnreadHash {
  readonly flaw: string;
}

/** Reads a hash as files have it. */
export function readHash(algorithm: ImportedAlgorithm, text: string): ReadHash | UnreadHash {
  switch (algorithm) {
    case 'sha256':
    case 'hmac-sha256':
      return readDigest(text, 32);
    case 'sha512':
      return readDigest(text, 64);
    case 'bcrypt-id':
      return readBcryptId(text);
    case 'bcrypt':
      return readBcrypt(text);
    default: {
      const parameters = parametersOf(algorithm, text);
      return 'flaw' in parameters ? parameters : { verifier: text };
    }
  }
}

/** The digest in hex, or in base64 of either alphabet. */
function readDigest(text: string, bytes: number): ReadHash | UnreadHash {
  if (new RegExp(`^[0-9a-f]{${String(bytes * 2)}}$`, 'i').test(text)) return { verifier: text.toLowerCase() };
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);
  const decoded = Buffer.from(text, 'base64url');
  if (isBase64 && decoded.length === bytes) return { verifier: decoded.toString('hex') };
  return { flaw: `is neither ${String(bytes * 2)} hex characters nor ${String(bytes)} bytes in base64` };
}

const SHORT_BCRYPT = /^(\$2[ab]\$0[4-6]\$[./A-Za-z0-9]{22})[./A-Za-z0-9]{31}$/;

function readBcryptId(text: string): ReadHash | UnreadHash {
  const isId = /^[A-Za-z0-9+/]{80}$/.test(text) && SHORT_BCRYPT.test(Buffer.from(text, 'base64').toString('latin1'));
  return isId ? { verifier: text } : { flaw: 'is not base64 of a bcrypt hash of cost 4 to 6' };
}

/** The salt that is in a hash of `bcrypt-id`: 29 characters. The hash must have been read. */
export function saltOfBcryptId(id: string): string {
  return Buffer.from(id, 'base64').toString('latin1').slice(0, 29);
}

function readBcrypt(text: string): ReadHash | UnreadHash {
  const cost = Number(/^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(text)?.[1]);
  if (Number.isNaN(cost) || cost < 4) return { flaw: 'is no bcrypt hash: $2b$, the cost, and 53 characters' };
  if (cost > LIMITS.bcryptCost) return tooCostly(`cost ${String(cost)}`, `cost ${String(LIMITS.bcryptCost)}`);
  return { verifier: text };
}

/** What a salted hash was made with. */
interface Parameters {
  readonly salt: Buffer;
  readonly derived: Buffer;
  readonly digest: string;
  readonly iterations: number;
  readonly scrypt: { readonly N: number; readonly r: number; readonly p: number };
}

const NONE = { digest: '', iterations: 0, scrypt: { N: 0, r: 0, p: 0 } };

function parametersOf(algorithm: ImportedAlgorithm, text: string): Parameters | UnreadHash {
  if (text.length > 512) return { flaw: 'is longer than 512 characters' };
  if (algorithm === 'pbkdf2') return pbkdf2Of(text);
  return algorithm === 'scrypt' ? scryptOf(text) : argonOf(text);
}

const B64 = '[A-Za-z0-9+/._-]+={0,2}';
const PBKDF2 = new RegExp(`^\\$pbkdf2-(sha1|sha256|sha512)\\$(?:i=)?(\\d{1,9})(?:,l=\\d+)?\\$(${B64})\\$(${B64})$`);
const DJANGO = new RegExp(`^pbkdf2_(sha1|sha256|sha512)\\$(\\d{1,9})\\$([^$]{1,100})\\$(${B64})$`);

/** In the form of PHC strings, of passlib, or of Django, which takes the salt as text. */
function pbkdf2Of(text: string): Parameters | UnreadHash {
  const [match, django] = [PBKDF2.exec(text), DJANGO.exec(text)];
  const [, digest = '', count = '', salt = '', derived = ''] = match ?? django ?? [];
  if (digest === '') return { flaw: 'is no PBKDF2 hash: $pbkdf2-sha256$i=ITERATIONS$SALT$HASH' };
  const iterations = Number(count);
  if (iterations < 1) return { flaw: 'has no iterations' };
  if (iterations > LIMITS.iterations) {
    return tooCostly(`${count} iterations`, `${String(LIMITS.iterations)} iterations`);
  }
  return { ...NONE, digest, iterations, salt: match ? bytesOf(salt) : Buffer.from(salt), derived: bytesOf(derived) };
}

const SCRYPT = new RegExp(`^\\$scrypt\\$ln=(\\d{1,2}),r=(\\d{1,3}),p=(\\d{1,2})\\$(${B64})\\$(${B64})$`);

function scryptOf(text: string): Parameters | UnreadHash {
  const match = SCRYPT.exec(text);
  if (!match) return { flaw: 'is no scrypt hash: $scrypt$ln=LOG2N,r=R,p=P$SALT$HASH' };
  const [ln = 0, r = 0, p = 0] = match.slice(1, 4).map(Number);
  const isPossible = ln >= 1 && r >= 1 && p >= 1;
  const kibibytes = (2 ** ln * r * 128) / 1024;
  if (!isPossible || kibibytes > LIMITS.kibibytes || p > LIMITS.lanes) {
    return tooCostly(
      `ln=${String(ln)},r=${String(r)},p=${String(p)}`,
      `${String(LIMITS.kibibytes / 1024)} MiB and p=16`,
    );
  }
  const [salt = '', derived = ''] = match.slice(4);
  return { ...NONE, scrypt: { N: 2 ** ln, r, p }, salt: bytesOf(salt), derived: bytesOf(derived) };
}

const ARGON = new RegExp(`^\\$argon2id\\$v=19\\$m=(\\d{1,8}),t=(\\d{1,3}),p=(\\d{1,3})\\$(${B64})\\$(${B64})$`);

function argonOf(text: string): Parameters | UnreadHash {
  const match = ARGON.exec(text);
  if (!match) return { flaw: 'is no Argon2id hash: $argon2id$v=19$m=KIBIBYTES,t=PASSES,p=LANES$SALT$HASH' };
  const [m = 0, t = 0, p = 0] = match.slice(1, 4).map(Number);
  if (m < 8 * p || t < 1 || p < 1) return { flaw: 'has parameters that Argon2 does not allow' };
  if (m > LIMITS.kibibytes || t > LIMITS.argonPasses || p > LIMITS.lanes) {
    return tooCostly(
      `m=${String(m)},t=${String(t)},p=${String(p)}`,
      `m=${String(LIMITS.kibibytes)},t=${String(LIMITS.argonPasses)},p=${String(LIMITS.lanes)}`,
    );
  }
  return { ...NONE, salt: Buffer.alloc(0), derived: Buffer.alloc(0) };
}

function tooCostly(found: string, limit: string): UnreadHash {
  return { flaw: `is too costly to compare (${found}; at most ${limit}): issue this token anew instead` };
}

/** Base64 without padding; passlib writes `.` for `+`. */
function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64');
}

/**
 * The stored form of the hash of a secret, by which it can be searched for.
 * @param key - of the source: a salt, or the key of an HMAC in base64
 */
export async function searchableHash(algorithm: ImportedAlgorithm, key: string, secret: string): Promise<string> {
  switch (algorithm) {
    case 'sha256':
    case 'sha512':
      return hash(algorithm, secret, 'hex');
    case 'hmac-sha256':
      return createHmac('sha256', Buffer.from(key, 'base64')).update(secret).digest('hex');
    case 'bcrypt-id':
      return Buffer.from(await bcrypt.hash(secret, key)).toString('base64');
    default:
      throw new Error(`hashes of ${algorithm} cannot be searched for`);
  }
}

/** Whether a secret is that of a stored hash. */
export async function matchesHash(
  algorithm: ImportedAlgorithm,
  key: string,
  verifier: string,
  secret: string,
): Promise<boolean> {
  if (!SALTED.has(algorithm))
    return isSame(Buffer.from(await searchableHash(algorithm, key, secret)), Buffer.from(verifier));
  // Node's bcrypt would cut off what bcrypt does not read.
  if (algorithm === 'bcrypt') return isHashablePassword(secret) && bcrypt.compare(secret, asVersion2b(verifier));
  if (algorithm === 'argon2id') {
    followLinks();
    const { verify } = await import('@node-rs/argon2');
    return verify(verifier, secret);
  }
  const parameters = parametersOf(algorithm, verifier);
  if ('flaw' in parameters) throw new Error(`a stored hash ${parameters.flaw}`);
  return isSame(await derivedBy(algorithm, parameters, secret), parameters.derived);
}

function derivedBy(
  algorithm: ImportedAlgorithm,
  { salt, derived, digest, iterations, scrypt: cost }: Parameters,
  secret: string,
): Promise<Buffer> {
  if (algorithm === 'pbkdf2') return derivedByPbkdf2(secret, salt, iterations, derived.length, digest);
  return derivedByScrypt(secret, salt, derived.length, { ...cost, maxmem: 2 * LIMITS.kibibytes * 1024 });
}

/** PHP's `$2y$` is what others call `$2b$`. */
function asVersion2b(hashed: string): string {
  return hashed.replace(/^\$2y/, '$2b');
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length > 0 && one.length === other.length && timingSafeEqual(one, other);
}
