/** Describes what a server has in the form in which it can be declared. */
import { In, IsNull, type EntityManager, type FindOptionsWhere, type ObjectLiteral, type ObjectType } from 'typeorm';
import { Application, ApplicationAddress, Policy, appliedPolicies } from '../applications/index.js';
import { ImportedSource, ImportedToken, Token } from '../core/index.js';
import { Account, Membership, User } from '../identity/index.js';
import type {
  DeclaredApplication,
  DeclaredPolicy,
  DeclaredRule,
  DeclaredState,
  DeclaredToken,
  DeclaredUser,
} from './form.js';
import { declaredRule } from './rules.js';

/** What is described. */
export interface ExportOptions {
  /** The kinds of token that can be declared. */
  readonly kinds: readonly string[];
  /** Whether hashes of passwords and of the secrets of tokens are part of it. */
  readonly withHashes: boolean;
}

/** Everything that can be declared. @returns also the tokens whose hashes could not be given */
export async function exportState(
  manager: EntityManager,
  { kinds, withHashes }: ExportOptions,
): Promise<{ readonly state: Required<DeclaredState>; readonly withoutHash: number }> {
  const accounts = await all(manager, Account);
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  const users = await usersIn(manager, names, withHashes);
  const emails = new Map(users.map(({ id, email }) => [id ?? 0, email]));
  const tokens = (await all(manager, Token, { kind: In([...kinds]) })).sort(byAge);
  const handles = new Map(tokens.map(({ id, handle }) => [id, handle]));
  const hashes = withHashes ? await hashesOf(manager, tokens) : new Map<string, Hash>();
  const state = {
    accounts: accounts.map(({ id, name }) => ({ id, name })),
    users,
    tokens: tokens.flatMap((token) => tokenIn(token, names, emails, hashes.get(token.id)) ?? []),
    policies: (await all(manager, Policy, { applicationId: IsNull() })).map((policy) =>
      policyIn(policy, names, handles),
    ),
    applications: await applicationsIn(manager, names, handles),
  };
  return { state, withoutHash: withHashes ? state.tokens.filter(({ hash }) => hash === undefined).length : 0 };
}

/** How many rows are read at a time. */
const BATCH = 500;

/** All rows in the order of their ids. */
async function all<E extends ObjectLiteral & { id: unknown }>(
  manager: EntityManager,
  entity: ObjectType<E>,
  where: FindOptionsWhere<E> = {},
): Promise<E[]> {
  const rows: E[] = [];
  for (;;) {
    const query = manager.createQueryBuilder(entity, 'row').where(where).orderBy('row.id').limit(BATCH);
    const last = rows.at(-1);
    if (last) query.andWhere('row.id > :last', { last: last.id });
    const batch = await query.getMany();
    rows.push(...batch);
    if (batch.length < BATCH) return rows;
  }
}

/** An order that is the same on every server: ids are not. */
function byAge(one: Token, other: Token): number {
  return one.createdAt.getTime() - other.createdAt.getTime() || (one.handle < other.handle ? -1 : 1);
}

/** The values that are there. */
function given<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null)) as T;
}

async function usersIn(
  manager: EntityManager,
  accounts: ReadonlyMap<string, string>,
  withHashes: boolean,
): Promise<DeclaredUser[]> {
  const roles = new Map<number, Record<string, Membership['role']>>();
  // An order that is the same on every server.
  const memberships = (await all(manager, Membership)).sort((one, other) => (one.accountId < other.accountId ? -1 : 1));
  for (const { userId, accountId, role } of memberships) {
    const account = accounts.get(accountId);
    if (account !== undefined) roles.set(userId, { ...roles.get(userId), [account]: role });
  }
  const hashes = new Map<number, string>();
  if (withHashes) {
    const rows = await manager
      .createQueryBuilder(User, 'user')
      .select('user.id', 'id')
      .addSelect('user.passwordHash', 'hash')
      .where('user.passwordHash IS NOT NULL')
      .getRawMany<{ id: number; hash: string }>();
    for (const { id, hash } of rows) hashes.set(id, hash);
  }
  return (await all(manager, User)).map(({ id, email, name, admin, approved, blocked }) =>
    given({
      id,
      email,
      name,
      admin,
      approved,
      blocked,
      password_hash: hashes.get(id),
      roles: roles.get(id) ?? {},
    }),
  );
}

interface Hash {
  readonly algorithm: string;
  readonly hash: string;
}

/** Those under the salt of a whole server or a key are left out, since a file does not hold either. */
async function hashesOf(manager: EntityManager, tokens: readonly Token[]): Promise<Map<string, Hash>> {
  const hashes = new Map<string, Hash>();
  const sources = new Map((await manager.find(ImportedSource)).map((source) => [source.id, source]));
  for (let at = 0; at < tokens.length; at += BATCH) {
    const ids = tokens.slice(at, at + BATCH).map(({ id }) => id);
    const rows = await manager.find(Token, { select: { id: true, secretDigest: true }, where: { id: In(ids) } });
    const waiting = await manager.findBy(ImportedToken, { tokenId: In(ids), waiting: true });
    const imported = new Map(waiting.map((row) => [row.tokenId, row]));
    for (const { id, secretDigest } of rows) {
      const row = imported.get(id);
      const source = row && sources.get(row.sourceId);
      if (!row || row.standIn !== secretDigest) {
        if (secretDigest) hashes.set(id, { algorithm: 'sha256', hash: secretDigest });
      } else if (source?.key === '') hashes.set(id, { algorithm: source.algorithm, hash: row.verifier });
    }
  }
  return hashes;
}

function tokenIn(
  token: Token,
  accounts: ReadonlyMap<string, string>,
  users: ReadonlyMap<number, string>,
  hash: Hash | undefined,
): DeclaredToken | undefined {
  const { kind, handle, label, enabled, createdAt, expiresAt, userId, accountId, scopes } = token;
  const owner = userId === null ? { account: accounts.get(accountId ?? '') } : { user: users.get(userId) };
  // Rows of owners that have been deleted may be left for a while.
  if (Object.values(owner)[0] === undefined) return undefined;
  const { duration } = token as Token & { duration?: string };
  return given({
    kind,
    id: handle,
    ...owner,
    name: label,
    ...hash,
    enabled,
    created_at: createdAt.toISOString(),
    expires_at: expiresAt?.toISOString(),
    duration,
    scopes: scopes ? [...scopes] : undefined,
  });
}

function rulesIn(
  { include, require, exclude }: Policy,
  handles: ReadonlyMap<string, string>,
): { include: DeclaredRule[]; require?: DeclaredRule[]; exclude?: DeclaredRule[] } {
  const declared = (rules: Policy['include']): DeclaredRule[] => rules.map((rule) => declaredRule(rule, handles));
  return {
    include: declared(include),
    ...(require.length > 0 && { require: declared(require) }),
    ...(exclude.length > 0 && { exclude: declared(exclude) }),
  };
}

function ownValues(policy: Policy, handles: ReadonlyMap<string, string>): Omit<DeclaredPolicy, 'account'> {
  const { id, name, decision, extra } = policy;
  const shown = Object.keys(extra).length > 0 ? { extra } : {};
  return { id, name, decision, ...rulesIn(policy, handles), ...shown };
}

function policyIn(
  policy: Policy,
  accounts: ReadonlyMap<string, string>,
  handles: ReadonlyMap<string, string>,
): DeclaredPolicy {
  return { account: accounts.get(policy.accountId) ?? policy.accountId, ...ownValues(policy, handles) };
}

async function applicationsIn(
  manager: EntityManager,
  accounts: ReadonlyMap<string, string>,
  handles: ReadonlyMap<string, string>,
): Promise<DeclaredApplication[]> {
  const applications = await all(manager, Application);
  const described: DeclaredApplication[] = [];
  for (const application of applications) {
    const { id, aud, accountId, name, domain, extra } = application;
    const rows = await manager.find(ApplicationAddress, { where: { applicationId: id }, order: { position: 'ASC' } });
    const applied = (await appliedPolicies(manager, [id])).get(id) ?? [];
    const addresses = rows.map(({ host, path }, at) => (at === 0 && domain !== null ? domain : `${host}${path}`));
    described.push(
      given({
        account: accounts.get(accountId) ?? accountId,
        id,
        aud,
        name,
        addresses,
        passes_preflight: application.passesPreflight,
        answers_unauthorized: application.answersUnauthorized,
        token_header: application.tokenHeader ?? undefined,
        session_duration: application.sessionDuration ?? undefined,
        extra: Object.keys(extra).length > 0 ? extra : undefined,
        policies: applied.map(({ policy }) => (policy.applicationId === null ? policy.id : ownValues(policy, handles))),
      }),
    );
  }
  return described;
}
