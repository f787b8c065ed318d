/** Reads rows of tokens of which only the hash of the secret is known. */
import { hash } from 'node:crypto';
import {
  IMPORTED_ALGORITHMS,
  InvalidRow,
  SALTED,
  readHash,
  requireKnownMembers,
  rowFlag,
  rowMembers,
  rowScopes,
  rowText,
  rowTime,
  type ForeignToken,
  type ImportedAlgorithm,
  type RowMembers,
} from '../core/index.js';
import type { DialectImports } from '../identity/index.js';

/** A token, and what names its owner: a user (e-mail address or id) or an account (id or name). */
export interface TokenRecord {
  readonly owner: { readonly kind: 'user' | 'account'; readonly name: string };
  readonly token: ForeignToken;
  /** Whether the row has a hash. */
  readonly hasHash: boolean;
}

/** What rows are read with. */
export interface TokenReading {
  /** The key of HMACs in base64. */
  readonly hmacKey: string | undefined;
  /** The kinds of token that belong to accounts, as the dialects read them. */
  readonly kinds: NonNullable<DialectImports['tokens']>;
  /** Whether a row may be without a hash, which names a token that is here. Default: no. */
  readonly isHashOptional?: boolean;
}

const COMMON = ['kind', 'id', 'algorithm', 'hash', 'name', 'enabled', 'created_at', 'expires_at', 'scopes'];

/** `bcrypt-id` comes with the listing of a server. */
const ALGORITHMS: readonly ImportedAlgorithm[] = IMPORTED_ALGORITHMS.filter((algorithm) => algorithm !== 'bcrypt-id');

/** The token of a row. @throws InvalidRow */
export function readTokenRow(value: unknown, { hmacKey, kinds, isHashOptional = false }: TokenReading): TokenRecord {
  const row = rowMembers(value);
  const kind = rowText(row, 'kind', 1, 32);
  const own = kinds[kind];
  if (kind !== 'personal_token' && !own) {
    throw new InvalidRow(`kind is none of ${['personal_token', ...Object.keys(kinds)].join(', ')}`);
  }
  requireKnownMembers(row, [...COMMON, ...(own ? ['account', 'duration'] : ['user'])]);
  const hasHash = !isHashOptional || 'hash' in row || 'algorithm' in row;
  const token = { ...common(row), ...(hasHash ? hashOf(row, hmacKey) : NO_HASH), kind };
  if (!own) return { ...personalToken(row, token, hasHash), hasHash };
  const owner = { kind: 'account', name: rowText(row, 'account', 1, 255) } as const;
  return { owner, token: { ...token, ...own(row, token.createdAt) }, hasHash };
}

const NO_HASH = { algorithm: 'sha256', key: '', verifier: '' } as const;

function hashOf(row: RowMembers, hmacKey: string | undefined): Pick<ForeignToken, 'algorithm' | 'key' | 'verifier'> {
  const algorithm = rowText(row, 'algorithm', 1, 32) as ImportedAlgorithm;
  if (!ALGORITHMS.includes(algorithm)) throw new InvalidRow(`algorithm is none of ${ALGORITHMS.join(', ')}`);
  const read = readHash(algorithm, rowText(row, 'hash', 1, 512));
  if ('flaw' in read) throw new InvalidRow(`hash ${read.flaw}`);
  if (algorithm !== 'hmac-sha256') return { algorithm, key: '', verifier: read.verifier };
  if (hmacKey === undefined) throw new InvalidRow('the key of hmac-sha256 is missing: give --key-file');
  return { algorithm, key: hmacKey, verifier: read.verifier };
}

function personalToken(
  row: RowMembers,
  token: Omit<ForeignToken, 'handle'>,
  hasHash: boolean,
): Omit<TokenRecord, 'hasHash'> {
  if (SALTED.has(token.algorithm)) {
    throw new InvalidRow(
      `${token.algorithm} has a salt for each token, and personal tokens are presented without an id, ` +
        'so that this one could not be found: issue it anew',
    );
  }
  // The same in every run.
  const made = hash('sha256', `${token.algorithm} ${token.verifier}`).slice(0, 32);
  const handle = rowText(row, 'id', 1, 255, hasHash ? made : undefined);
  if (!/^[\w.~+/=-]+$/.test(handle))
    throw new InvalidRow('id has other characters than letters, digits and . _ ~ + / = -');
  return { owner: { kind: 'user', name: rowText(row, 'user', 1, 254) }, token: { ...token, handle } };
}

function common(row: RowMembers): Omit<ForeignToken, 'kind' | 'handle' | 'algorithm' | 'key' | 'verifier'> {
  return {
    label: rowText(row, 'name', 0, 1000, ''),
    userId: null,
    accountId: null,
    enabled: rowFlag(row, 'enabled', true),
    createdAt: rowTime(row, 'created_at') ?? new Date(),
    expiresAt: rowTime(row, 'expires_at'),
    scopes: rowScopes(row, 'scopes'),
    own: {},
  };
}
