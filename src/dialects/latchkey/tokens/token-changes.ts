/** Issues, changes and revokes tokens of every kind on behalf of callers, by what each kind can. */
import { Injectable } from '@nestjs/common';
import {
  Clock,
  INTEGER_MAX,
  ManagedKinds,
  UnitOfWork,
  overlapRuns,
  type ManagedChanges,
  type ManagedKind,
  type SecretParts,
  type Token,
  type TokenAbility,
  type TokenWithSecret,
} from '../../../core/index.js';
import { AccountService, type Principal } from '../../../identity/index.js';
import { unknown } from '../latchkey.guard.js';
import { Problem, wrongMember } from '../latchkey.problems.js';
import { TokenAccess } from './token-access.js';
import type { NewTokenInput } from './tokens.inputs.js';

const ACCOUNT_ID = /^[0-9a-f]{32}$/;

/** A token with its new secret, as its kind presents it. */
export interface Presented {
  readonly token: Token;
  readonly secret: SecretParts | undefined;
}

@Injectable()
export class TokenChanges {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly kinds: ManagedKinds,
    private readonly access: TokenAccess,
    private readonly accounts: AccountService,
  ) {}

  /** @throws Problem; DomainError `user_not_found`, `quota_reached`, `scopes_exceeded` */
  async issue(caller: Principal, input: NewTokenInput, expiresAt: Date | null | undefined): Promise<Presented> {
    const kind = this.issuedKind(input.kind);
    requireName(kind, input.name);
    const ownerId = kind.belongsTo === 'account' ? await this.accountIn(caller, input) : ownerIn(caller, input);
    return presented(
      kind,
      await kind.issue(caller.actor, ownerId, { name: input.name, expiresAt, scopes: input.scopes ?? null }),
    );
  }

  /** @param arrivedAt - when the request has arrived, by `performance.now()` */
  async rotate(
    { actor }: Principal,
    token: Token,
    previousUntil: Date | undefined,
    arrivedAt: number,
  ): Promise<Presented> {
    const kind = this.able(token, 'rotate');
    if (!kind.rotate) throw new Error(`tokens of the kind ${kind.kind} cannot be rotated`);
    return presented(kind, await kind.rotate(actor, token, previousUntil, arrivedAt));
  }

  /** @throws Problem; DomainError `token_not_found`, `not_permitted` */
  async change({ actor }: Principal, token: Token, changes: ManagedChanges): Promise<Token> {
    const kind = this.able(token, ...abilitiesFor(changes));
    if (changes.name !== undefined) requireName(kind, changes.name);
    if (changes.expiresAt === 'renewed' && !kind.renewsByItself) {
      throw new Problem('invalid-request', `a ${kind.noun} has no duration of its own; give expires_at or duration`);
    }
    if (changes.previousUntil && !overlapRuns(token, this.clock.now())) {
      throw new Problem('conflict', 'no overlap is running: the previous secret is not accepted any more');
    }
    if (Object.keys(changes).length > 0) {
      await this.unitOfWork.write(actor, (tx) => kind.change(tx, token, changes));
    }
    return this.read(token.id);
  }

  /** @throws Problem; DomainError `token_not_found`, `not_permitted`, `in_use` */
  async revoke({ actor }: Principal, token: Token): Promise<void> {
    const kind = this.able(token, 'revoke');
    await this.unitOfWork.write(actor, (tx) => kind.revoke(tx, token));
  }

  /** As it is now. @throws Problem `not-found` */
  async read(id: string): Promise<Token> {
    const token = await this.access.find({ user: { id: 0, admin: true }, roles: new Map(), scopes: null }, id);
    if (!token) throw unknown('token');
    return token;
  }

  private able(token: Token, ...abilities: readonly TokenAbility[]): ManagedKind {
    const kind = this.kinds.of(token);
    const missing = abilities.find((ability) => !kind.abilities.includes(ability));
    if (missing === undefined) return kind;
    const there = kind.abilities.join(', ');
    throw new Problem('invalid-request', `a ${kind.noun} cannot do this here (${missing}); it can ${there}`);
  }

  private issuedKind(name: string): IssuedKind {
    const kind = this.kinds.find(name);
    if (kind && isIssued(kind)) return kind;
    const issued = this.kinds.names.filter((each) => isIssued(this.kinds.find(each)));
    throw wrongMember('kind', `kind must be one of ${issued.join(', ')}`);
  }

  private async accountIn(
    caller: Principal,
    { account_id: id, owner_id: owner }: Pick<NewTokenInput, 'account_id' | 'owner_id'>,
  ): Promise<string> {
    if (typeof owner === 'string')
      throw wrongMember('owner_id', 'a token of an account has no owner; leave owner_id out');
    if (typeof id !== 'string')
      throw wrongMember('account_id', 'account_id is missing: the account that the token is for');
    const { user } = caller;
    const { roles } = await this.access.readerOf(caller);
    const role = user.admin ? 'administrator' : roles.get(id);
    if (!role || !ACCOUNT_ID.test(id) || !(await this.accounts.find(id))) {
      throw wrongMember('account_id', 'there is no such account, or you may not see it');
    }
    if (role === 'administrator') return id;
    throw new Problem('forbidden', 'only administrators of the account may do this');
  }
}

type IssuedKind = ManagedKind & Required<Pick<ManagedKind, 'issue'>>;

function isIssued(kind: ManagedKind | undefined): kind is IssuedKind {
  return kind !== undefined && 'issue' in kind;
}

function ownerIn(
  { user }: Principal,
  { account_id: account, owner_id: owner }: Pick<NewTokenInput, 'account_id' | 'owner_id'>,
): string {
  if (typeof account === 'string')
    throw wrongMember('account_id', 'a personal token belongs to no account; leave account_id out');
  const id = owner ?? String(user.id);
  if (id === String(user.id)) return id;
  if (!user.admin) throw new Problem('forbidden', 'only administrators of the server may do this');
  if (/^[1-9]\d{0,9}$/.test(id) && Number(id) <= INTEGER_MAX) return id;
  throw wrongMember('owner_id', 'there is no such user');
}

function requireName({ nameMax, noun }: ManagedKind, name: string): void {
  if (Array.from(name).length <= nameMax) return;
  throw wrongMember('name', `the name of a ${noun} must be 1 to ${String(nameMax)} characters long`);
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
  return { token, secret: kind.present?.({ token, secret }) };
}
