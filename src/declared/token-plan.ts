/** Compares tokens with what is declared. */
import { In } from 'typeorm';
import { policyNaming } from '../applications/index.js';
import {
  DomainError,
  Token,
  inParts,
  rowTime,
  type KnownForeignToken,
  type TokenKind,
  type Transaction,
} from '../core/index.js';
import { PersonalToken } from '../identity/index.js';
import { accountIdOf } from './account-plan.js';
import type { DeclaredToken, Path } from './form.js';
import { Batch, differencesOf, type Difference, type Plan } from './plan.js';
import type { Entry, TokenEntry } from './reading.js';
import type { TokenRecord } from './token-records.js';
import { presentUserIds, userIdOf } from './user-plan.js';

/** @param kinds - all kinds of token that can be declared */
export async function planTokens(plan: Plan, kinds: readonly string[]): Promise<void> {
  const { tokens } = plan.declaration;
  if (!tokens) return;
  const declared = new Set<string>();
  const made = new Batch<TokenRecord>((tx, records) => insertTokens(plan, tx, records));
  for (const some of inParts(tokens)) {
    const found = await presentTokens(plan, some);
    for (const [at, entry] of some.entries()) {
      const id = planToken(plan, entry, found[at] ?? NOTHING, made);
      if (id !== undefined) declared.add(id);
    }
  }
  for (const kind of kinds) {
    for (const token of await plan.extras('tokens', Token, declared, { kind })) {
      const { accountId, userId } = token;
      if (plan.gone.accounts.has(accountId ?? '') || plan.gone.users.has(userId ?? 0)) continue;
      plan.extra('token', nameOf(token), (tx) => revoke(plan, tx, token));
    }
  }
}

/** What is known of a declared token, with the digest of its secret. */
interface PresentToken extends KnownForeignToken {
  readonly digest: string | null | undefined;
}

const NOTHING: PresentToken = { imported: undefined, token: undefined, digest: undefined };

async function presentTokens({ manager, parts }: Plan, entries: readonly Entry<TokenEntry>[]): Promise<PresentToken[]> {
  const known = await parts.importedTokens.known(
    manager,
    entries.map(({ value: { record } }) => record.token),
  );
  const ids = known.flatMap(({ token }, at) => (entries[at]?.value.record.hasHash ? (token?.id ?? []) : []));
  const select = { id: true, secretDigest: true } as const;
  const rows = ids.length === 0 ? [] : await manager.find(Token, { select, where: { id: In(ids) } });
  const digests = new Map(rows.map(({ id, secretDigest }) => [id, secretDigest]));
  return known.map((one) => ({ ...one, digest: digests.get(one.token?.id ?? '') }));
}

function nameOf({ kind, handle, label }: Pick<Token, 'kind' | 'handle' | 'label'>): string {
  return `${kind} ${handle}${label === '' ? '' : ` (${label})`}`;
}

function planToken(
  plan: Plan,
  entry: Entry<TokenEntry>,
  known: PresentToken,
  made: Batch<TokenRecord>,
): string | undefined {
  const {
    path,
    value: { given, record },
  } = entry;
  const owner = ownerOf(plan, entry);
  const present = known.token;
  if (owner === undefined) {
    plan.faultyTokens.add(record.token.handle);
    return present?.id;
  }
  if (!present) {
    createToken(plan, entry, owner, known, made);
    return undefined;
  }
  const isTheirs = record.owner.kind === 'user' ? present.userId === owner : present.accountId === owner;
  if (!isTheirs) {
    plan.fault(
      [...path, record.owner.kind],
      'is not whom the token with this id belongs to, and tokens keep their owner',
    );
    return present.id;
  }
  const hasOther = record.hasHash && !hasSecretOf(record, known);
  changeToken(plan, path, given, entry, present, hasOther);
  return present.id;
}

/** The id of the declared owner; `null` for one who is about to be created. */
function ownerOf(plan: Plan, { path, value: { record } }: Entry<TokenEntry>): string | number | null | undefined {
  const { kind, name } = record.owner;
  return kind === 'user' ? userIdOf(plan, name, [...path, kind]) : accountIdOf(plan, name, [...path, kind]);
}

function createToken(
  plan: Plan,
  { path, value: { given, record } }: Entry<TokenEntry>,
  owner: string | number | null,
  known: PresentToken,
  made: Batch<TokenRecord>,
): void {
  const { token, hasHash } = record;
  if (!hasHash) {
    plan.faultyTokens.add(token.handle);
    plan.fault(path, `has no hash, and there is no ${token.kind} ${token.handle} here that it could be`);
  } else if (known.imported) {
    const note =
      'was stored here before and has been revoked, or has another id here: it does not come back by its hash';
    plan.keep('token', nameOf(token), path, [{ field: 'id', to: token.handle }], note);
  } else {
    const { hash: _hash, kind: _kind, id: _id, ...shown } = given;
    plan.newTokens.add(`${String(owner)} ${token.kind} ${token.handle}`);
    plan.create('token', nameOf(token), path, shown, made, record);
  }
}

async function insertTokens(plan: Plan, tx: Transaction, records: readonly TokenRecord[]): Promise<void> {
  const refs = records.flatMap(({ owner }) => (owner.kind === 'user' ? [owner.name] : []));
  const userIdOfRef = await presentUserIds(plan, tx, refs);
  const tokens = records.map(({ owner, token }) =>
    owner.kind === 'user'
      ? { ...token, userId: userIdOfRef(owner.name) ?? null }
      : { ...token, accountId: plan.accounts.get(owner.name) ?? null },
  );
  const lost = tokens.find(({ userId, accountId }) => userId === null && accountId === null);
  if (lost) throw new Error(`the owner of the token ${lost.handle} was not made`);
  await plan.parts.importedTokens.insert(tx, tokens);
}

function changeToken(
  plan: Plan,
  path: Path,
  given: DeclaredToken,
  { value: { record } }: Entry<TokenEntry>,
  present: Token,
  hasOther: boolean,
): void {
  const { name: label, enabled, duration } = given;
  const expiresAt = given.expires_at === undefined ? undefined : rowTime({ ...given }, 'expires_at');
  const scopes = given.scopes === undefined ? undefined : record.token.scopes;
  const differences = differencesOf(present, { label, enabled, duration, expiresAt, scopes });
  const replaces = hasOther && plan.options.replaceSecrets;
  const all: Difference[] = [...differences, ...(replaces ? [SECRET] : [])];
  const changes = Object.fromEntries(differences.map(({ field, to }) => [field, to]));
  plan.change('token', nameOf(present), path, all, async (tx) => {
    if (differences.length > 0) await update(plan, tx, present, changes);
    if (replaces) await plan.parts.importedTokens.replace(tx, present, record.token);
  });
  if (!hasOther || replaces) return;
  plan.keep(
    'token',
    nameOf(present),
    path,
    [SECRET],
    'has another secret here; --replace-secrets takes the one of the file',
  );
}

async function update({ parts }: Plan, tx: Transaction, present: Token, changes: object): Promise<void> {
  if (present instanceof PersonalToken) {
    await parts.personalTokens.changeIn(tx, present, changes);
    return;
  }
  const { id, userId, accountId } = present;
  const ref = userId === null ? { id, accountId: accountId ?? '' } : { id, userId };
  await parts.tokens.update(tx, present.constructor as TokenKind<Token>, ref, changes);
}

const SECRET: Difference = { field: 'secret' };

/** Whether a token has the secret whose hash is declared, as far as the hashes tell. */
function hasSecretOf({ token: { algorithm, verifier } }: TokenRecord, known: PresentToken): boolean {
  const { imported, digest, token } = known;
  if (algorithm === 'sha256') return digest === verifier;
  if (imported?.tokenId !== token?.id) return false;
  // After the first use, the digest that is stored then is another hash of the same secret.
  return !imported?.waiting || imported.standIn === digest;
}

async function revoke({ parts }: Plan, tx: Transaction, token: Token): Promise<void> {
  const { id, userId, accountId } = token;
  if (token instanceof PersonalToken) await parts.personalTokens.revokeIn(tx, token);
  else await parts.tokens.revoke(tx, Token, userId === null ? { id, accountId: accountId ?? '' } : { id, userId });
  const policy = await policyNaming(tx.manager, id);
  if (policy) throw new DomainError('in_use', `the policy ${policy.name} (${policy.id}) names it; change that first`);
}
