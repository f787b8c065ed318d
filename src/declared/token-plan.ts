/** Compares tokens with what is declared. */
import { policyNaming } from '../applications/index.js';
import {
  DomainError,
  Token,
  rowTime,
  type KnownForeignToken,
  type TokenKind,
  type Transaction,
} from '../core/index.js';
import { PersonalToken } from '../identity/index.js';
import { accountIdOf } from './account-plan.js';
import type { DeclaredToken, Path } from './form.js';
import { differencesOf, type Difference, type Plan } from './plan.js';
import type { Entry, TokenEntry } from './reading.js';
import { presentUserId, userIdOf } from './user-plan.js';

/** @param kinds - all kinds of token that can be declared */
export async function planTokens(plan: Plan, kinds: readonly string[]): Promise<void> {
  const { tokens } = plan.declaration;
  if (!tokens) return;
  const declared = new Set<string>();
  for (const entry of tokens) {
    const id = await planToken(plan, entry);
    if (id !== undefined) declared.add(id);
  }
  for (const kind of kinds) {
    for (const token of await plan.extras('tokens', Token, declared, { kind })) {
      const { accountId, userId } = token;
      if (plan.gone.accounts.has(accountId ?? '') || plan.gone.users.has(userId ?? 0)) continue;
      plan.extra('token', nameOf(token), (tx) => revoke(plan, tx, token));
    }
  }
}

function nameOf({ kind, handle, label }: Pick<Token, 'kind' | 'handle' | 'label'>): string {
  return `${kind} ${handle}${label === '' ? '' : ` (${label})`}`;
}

async function planToken(plan: Plan, entry: Entry<TokenEntry>): Promise<string | undefined> {
  const {
    path,
    value: { given, record },
  } = entry;
  const { manager, parts } = plan;
  const owner = await ownerOf(plan, entry);
  const [known] = await parts.importedTokens.known(manager, [record.token]);
  const present = known?.token;
  if (owner === undefined) return present?.id;
  if (!present) {
    createToken(plan, entry, known);
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
  const hasOther = record.hasHash && !(await hasSecretOf(plan, entry, known, present));
  changeToken(plan, path, given, entry, present, hasOther);
  return present.id;
}

/** The id of the declared owner; `null` for one who is about to be created. */
function ownerOf(
  plan: Plan,
  { path, value: { record } }: Entry<TokenEntry>,
): Promise<string | number | null | undefined> {
  const { kind, name } = record.owner;
  return kind === 'user' ? userIdOf(plan, name, [...path, kind]) : accountIdOf(plan, name, [...path, kind]);
}

function createToken(
  plan: Plan,
  { path, value: { given, record } }: Entry<TokenEntry>,
  known: KnownForeignToken | undefined,
): void {
  const { token, owner, hasHash } = record;
  if (!hasHash) {
    plan.fault(path, `has no hash, and there is no ${token.kind} ${token.handle} here that it could be`);
  } else if (known?.imported) {
    const note =
      'was stored here before and has been revoked, or has another id here: it does not come back by its hash';
    plan.keep('token', nameOf(token), path, [{ field: 'id', to: token.handle }], note);
  } else {
    const { hash: _hash, kind: _kind, id: _id, ...shown } = given;
    plan.create('token', nameOf(token), path, shown, async (tx) => {
      const ids =
        owner.kind === 'user'
          ? { userId: await presentUserId(tx, owner.name) }
          : { accountId: plan.accounts.get(owner.name) ?? null };
      await plan.parts.importedTokens.insert(tx, [{ ...token, ...ids }]);
    });
  }
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
async function hasSecretOf(
  { manager }: Plan,
  { value: { record } }: Entry<TokenEntry>,
  known: KnownForeignToken | undefined,
  { id }: Token,
): Promise<boolean> {
  const { algorithm, verifier } = record.token;
  const row = await manager.findOne(Token, { select: { id: true, secretDigest: true }, where: { id } });
  if (algorithm === 'sha256') return row?.secretDigest === verifier;
  const { imported } = known ?? {};
  if (imported?.tokenId !== id) return false;
  // After the first use, the digest that is stored then is another hash of the same secret.
  return !imported.waiting || imported.standIn === row?.secretDigest;
}

async function revoke({ parts }: Plan, tx: Transaction, token: Token): Promise<void> {
  const { id, userId, accountId } = token;
  if (token instanceof PersonalToken) await parts.personalTokens.revokeIn(tx, token);
  else await parts.tokens.revoke(tx, Token, userId === null ? { id, accountId: accountId ?? '' } : { id, userId });
  const policy = await policyNaming(tx.manager, id);
  if (policy) throw new DomainError('in_use', `the policy ${policy.name} (${policy.id}) names it; change that first`);
}
