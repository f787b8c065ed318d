/** Issues, changes and revokes tokens of every kind on behalf of somebody, by what each kind can. */
import { Injectable } from '@nestjs/common';
import {
  Clock,
  DomainError,
  ManagedKinds,
  findRow,
  isStorableText,
  overlapRuns,
  type Actor,
  type ManagedChanges,
  type ManagedKind,
  type Secret,
  type SecretParts,
  type Token,
  type TokenAbility,
  type TokenWithSecret,
  type WorkUnit,
} from '../core/index.js';
import { Account } from '../identity/index.js';
import { EVERYTHING, TokenAccess, mayChange, type TokenReader } from './token-access.js';
import { TokenRequestError } from './token-request-error.js';

/** On whose behalf something is done, and in which transactions. */
export interface Acting {
  readonly actor: Actor;
  readonly reader: TokenReader;
  readonly unit: WorkUnit;
}

/** A token that somebody wants. */
export interface WantedToken {
  readonly kind: string;
  readonly name: string;
  /** For a token of an account. */
  readonly accountId: string | undefined;
  /** For a token of a user. Default: the user who acts. */
  readonly ownerId: number | undefined;
  /** `null` for never, `undefined` for the default of the kind. */
  readonly expiresAt: Date | null | undefined;
  /** `null` for a token without scopes. */
  readonly scopes: readonly string[] | null;
}

/** A token with its new secret, as its kind presents it. */
export interface Presented {
  readonly token: Token;
  readonly secret: Secret;
  readonly parts: SecretParts | undefined;
}

const ACCOUNT_ID = /^[0-9a-f]{32}$/;

@Injectable()
export class TokenManager {
  constructor(
    private readonly clock: Clock,
    private readonly kinds: ManagedKinds,
    private readonly access: TokenAccess,
  ) {}

  /** @throws TokenRequestError; DomainError `not_permitted`, `user_not_found`, `quota_reached` */
  async issue(acting: Acting, wanted: WantedToken): Promise<Presented> {
    const kind = this.issuedKind(wanted.kind);
    requireName(kind, wanted.name);
    const ownerId =
      kind.belongsTo === 'account' ? await accountIn(acting, wanted) : ownerIn(acting.reader, kind, wanted);
    const { name, expiresAt, scopes } = wanted;
    const issue = await kind.issue(ownerId, { name, expiresAt, scopes });
    return presented(kind, await acting.unit.write(acting.actor, issue));
  }

  /**
   * @param arrivedAt - when the request has arrived, by `performance.now()`; for rotations that compete with others
   * @throws TokenRequestError; DomainError `token_not_found`, `not_permitted`, `conflict`
   */
  async rotate(
    { actor, unit }: Acting,
    token: Token,
    previousUntil: Date | undefined,
    arrivedAt?: number,
  ): Promise<Presented> {
    const kind = this.able(token, 'rotate');
    const rotation = kind.rotate?.(token, previousUntil);
    if (!rotation) throw new Error(`tokens of the kind ${kind.kind} cannot be rotated`);
    const rotate = (): Promise<TokenWithSecret> => unit.write(actor, rotation);
    const inTurn = arrivedAt === undefined ? undefined : kind.inTurn?.(token, arrivedAt, rotate);
    return presented(kind, await (inTurn ?? rotate()));
  }

  /** @throws TokenRequestError; DomainError `token_not_found`, `not_permitted`, `conflict` */
  async change({ actor, unit }: Acting, token: Token, changes: ManagedChanges): Promise<Token> {
    const kind = this.able(token, ...abilitiesFor(changes));
    if (changes.name !== undefined) requireName(kind, changes.name);
    if (changes.expiresAt === 'renewed' && !kind.renewsByItself) {
      throw new TokenRequestError('expiresAt', `a ${kind.noun} has no duration of its own; say until when it lasts`);
    }
    if (changes.previousUntil && !overlapRuns(token, this.clock.now())) {
      throw new DomainError('conflict', 'no overlap is running: the previous secret is not accepted any more');
    }
    if (Object.keys(changes).length > 0) await unit.write(actor, (tx) => kind.change(tx, token, changes));
    return this.read(unit, token.id);
  }

  /** @throws TokenRequestError; DomainError `token_not_found`, `not_permitted`, `in_use` */
  async revoke({ actor, unit }: Acting, token: Token): Promise<void> {
    const kind = this.able(token, 'revoke');
    await unit.write(actor, (tx) => kind.revoke(tx, token));
  }

  /** As it is now. @throws DomainError `token_not_found` */
  async read(unit: WorkUnit, id: string): Promise<Token> {
    const token = await this.access.find(EVERYTHING, id, unit);
    if (!token) throw tokenNotFound();
    return token;
  }

  /** A token that is to be changed. @throws DomainError `token_not_found`; `not_permitted` if they may only see it */
  async changeable({ reader, unit }: Acting, id: string): Promise<Token> {
    const token = await this.access.find(reader, id, unit);
    if (!token) throw tokenNotFound();
    if (mayChange(reader, token)) return token;
    throw new DomainError('not_permitted', 'only administrators of the account may change its tokens');
  }

  private able(token: Token, ...abilities: readonly TokenAbility[]): ManagedKind {
    const kind = this.kinds.of(token);
    const missing = abilities.find((ability) => !kind.abilities.includes(ability));
    if (missing === undefined) return kind;
    const there = kind.abilities.join(', ');
    throw new TokenRequestError('ability', `a ${kind.noun} cannot do this here (${missing}); it can ${there}`);
  }

  private issuedKind(name: string): IssuedKind {
    const kind = this.kinds.find(name);
    if (kind && isIssued(kind)) return kind;
    const issued = this.kinds.names.filter((each) => isIssued(this.kinds.find(each)));
    throw new TokenRequestError('kind', `kind must be one of ${issued.join(', ')}`);
  }
}

type IssuedKind = ManagedKind & Required<Pick<ManagedKind, 'issue'>>;

function isIssued(kind: ManagedKind | undefined): kind is IssuedKind {
  return kind !== undefined && 'issue' in kind;
}

async function accountIn(
  { reader: { user, roles }, unit }: Acting,
  { accountId: id, ownerId }: WantedToken,
): Promise<string> {
  if (ownerId !== undefined) {
    throw new TokenRequestError('owner', 'a token of an account has no owner; leave the owner away');
  }
  if (id === undefined) {
    throw new TokenRequestError('account', 'the account is missing: name the one that the token is for');
  }
  const role = user.admin ? 'administrator' : roles.get(id);
  const isThere =
    role !== undefined && ACCOUNT_ID.test(id) && (await unit.read((manager) => findRow(manager, Account, { id })));
  if (!isThere) throw new TokenRequestError('account', 'there is no such account, or you may not see it');
  if (role === 'administrator') return id;
  throw new DomainError('not_permitted', 'only administrators of the account may do this');
}

function ownerIn({ user }: TokenReader, { noun }: ManagedKind, { accountId, ownerId }: WantedToken): string {
  if (accountId !== undefined) {
    throw new TokenRequestError('account', `a ${noun} belongs to no account; leave the account away`);
  }
  const id = ownerId ?? user.id;
  if (id === 0) throw new TokenRequestError('owner', `a ${noun} acts for a user: name its owner`);
  if (id === user.id || user.admin) return String(id);
  throw new DomainError('not_permitted', 'only administrators of the server may do this');
}

function requireName({ nameMax, noun }: ManagedKind, name: string): void {
  if (isStorableText(name, 1, nameMax)) return;
  throw new TokenRequestError('name', `the name of a ${noun} must be 1 to ${String(nameMax)} characters long`);
}

function abilitiesFor({ name, expiresAt, enabled, previousUntil, scopes }: ManagedChanges): TokenAbility[] {
  return [
    ...(name === undefined ? [] : (['rename'] as const)),
    ...(expiresAt === undefined ? [] : (['renew'] as const)),
    ...(enabled === undefined ? [] : [enabled ? ('enable' as const) : ('disable' as const)]),
    ...(previousUntil === undefined ? [] : (['end_overlap'] as const)),
    ...(scopes === undefined ? [] : (['change_scopes'] as const)),
  ];
}

function presented(kind: ManagedKind, { token, secret }: TokenWithSecret): Presented {
  return { token, secret, parts: kind.present?.({ token, secret }) };
}

function tokenNotFound(): DomainError {
  return new DomainError('token_not_found', 'there is no such token, or you may not see it');
}
