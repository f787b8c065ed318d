/**
 * Authenticates callers by the Private-Token header and checks their permission (docs/contracts/canvus.md §1.4 to §1.7).
 * The checks are made in the order of the contract (§2.3): the token, the form of the user id, the permission, and then
 * whether the user and the token in the path exist.
 */
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { DomainError, INTEGER_MAX, UserDirectory, refusedForScopes, type DirectoryUser } from '../../core/index.js';
import {
  PUBLIC,
  PermissionGuard,
  denied,
  originOf,
  redactedText,
  requiredFromScope,
  fromScope,
  permits,
  type Permits as DialectPermits,
} from '../../http/index.js';
import {
  Authenticator,
  PersonalTokenService,
  USER_AUDIENCE,
  UserService,
  type PersonalToken,
  type Principal,
  type User,
} from '../../identity/index.js';
import { CanvusError, Unauthorized } from './canvus.errors.js';
import { PERMISSION_DENIED, TOKEN_NOT_FOUND, USER_UNUSABLE, notAnInteger } from './canvus.messages.js';

/** The form of token ids. Other text is not looked up, because some of it would be an error in the database. */
const TOKEN_ID = /^[A-Za-z0-9]{80}$/;

/** What a route can require. */
type CanvusPermission = typeof PUBLIC | 'signed-in' | 'users:read' | 'self-or-administrator' | 'administrator';

/** Declares who may call a route. */
export const Permits: DialectPermits<CanvusPermission> = permits;

/** @param userId - of the user in the path; `null` if the path names no user */
type Rule = (caller: DirectoryUser, userId: number | null) => boolean;

/** Users that have each permission (docs/contracts/canvus.md §2.3, §3.3). */
const RULES: Readonly<Record<CanvusPermission, Rule>> = {
  [PUBLIC]: () => true,
  'signed-in': (_, userId) => userId === null,
  'users:read': () => true,
  'self-or-administrator': ({ id, admin }, userId) => admin || id === userId,
  administrator: ({ admin }) => admin,
};

/** The scope of an authorized request. */
interface CanvusScope {
  /** Absent on public routes without an accepted token: there, a wrong token is ignored. */
  readonly caller?: Principal;
  /** Of the user in the path. */
  readonly userId?: number;
  /** That user, if stored by Latchkey. */
  readonly user?: AddressedUser;
  /** That user, wherever users are stored. */
  readonly owner?: DirectoryUser;
  readonly token?: PersonalToken;
  /** Of the group in the path, which may not exist. */
  readonly groupId?: number;
  /** Of the member in the path, who may not exist. */
  readonly memberId?: number;
}

/** What handlers need to know about the user they change. */
export type AddressedUser = Pick<User, 'id' | 'approved'>;

@Injectable()
export class CanvusGuard extends PermissionGuard {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly users: UserService,
    private readonly directory: UserDirectory,
    private readonly tokens: PersonalTokenService,
  ) {
    super();
  }

  /** @throws Unauthorized; CanvusError 400, 403; DomainError `user_not_found`, `token_not_found`, `scopes_exceeded` */
  protected async authorize(
    request: Request,
    permission: CanvusPermission,
    required: ReadonlySet<string>,
  ): Promise<CanvusScope> {
    const presented = request.headers['private-token'];
    const found = await this.authenticator.authenticate(presented, USER_AUDIENCE, originOf(request));
    if (permission === PUBLIC) return found.status === 'authenticated' ? { caller: found.principal } : {};
    if (found.status === 'scoped') throw denied(refusedForScopes(), request, permission, found.principal.actor);
    if (found.status === 'unusable') throw new CanvusError(403, USER_UNUSABLE);
    if (found.status !== 'authenticated') throw new Unauthorized();
    const { principal: caller } = found;
    const { id, tokenId, groupId, memberId } = request.params;
    const userId = id === undefined ? null : integer(request, String(id));
    if (!RULES[permission](caller.user, userId)) {
      throw denied(new CanvusError(403, PERMISSION_DENIED), request, permission, caller.actor);
    }
    if (groupId !== undefined) {
      const named = { groupId: idIn(String(groupId), unknownGroup) };
      return { caller, ...named, ...(memberId !== undefined && { memberId: idIn(String(memberId), unknownUser) }) };
    }
    if (userId === null) return { caller };
    idIn(String(id), unknownUser);
    const user = required.has('user') ? await this.user(caller, userId) : undefined;
    const owner =
      required.has('owner') || required.has('token') ? await this.owner(caller, userId, String(id)) : undefined;
    const token = required.has('token') ? await this.token(userId, String(tokenId)) : undefined;
    return { caller, userId, user, owner, token };
  }

  /** An authenticated user exists and is approved, so no read is needed for them. */
  private user({ user: { id } }: Principal, userId: number): Promise<AddressedUser> {
    return userId === id ? Promise.resolve({ id, approved: true }) : this.users.get(userId);
  }

  private async owner({ user }: Principal, userId: number, text: string): Promise<DirectoryUser> {
    const owner = userId === user.id ? user : await this.directory.find(userId);
    if (!owner) throw unknownUser(text);
    return owner;
  }

  private async token(userId: number, id: string): Promise<PersonalToken> {
    const token = TOKEN_ID.test(id) ? await this.tokens.find(userId, id) : null;
    if (!token) throw new DomainError('token_not_found', TOKEN_NOT_FOUND);
    return token;
  }
}

function integer(request: Request, text: string): number {
  if (!/^-?\d+$/.test(text)) throw new CanvusError(400, notAnInteger(redactedText(request, text)));
  return Number(text);
}

/**
 * An id as it is stored. Leading zeros would be another spelling of the path.
 * @throws DomainError
 */
function idIn(text: string, unknown: (text: string) => DomainError): number {
  const id = Number(text);
  if (!/^[1-9]\d*$/.test(text) || id > INTEGER_MAX) throw unknown(text);
  return id;
}

function unknownGroup(text: string): DomainError {
  return new DomainError('resource_not_found', `Group ${text.slice(0, 100)} not found`);
}

function unknownUser(text: string): DomainError {
  return new DomainError('user_not_found', `User ${text.slice(0, 100)} not found`);
}

/** Parameter decorator for the caller, on routes that are not public. */
export const Caller = fromScope(({ caller }: CanvusScope) => caller);

/** Parameter decorator for the caller of a public route, `null` without an accepted token. */
export const MaybeCaller = fromScope(({ caller }: CanvusScope) => caller ?? null);

/** Parameter decorator for the id of the user in the path. The user may not exist. */
export const UserId = fromScope(({ userId }: CanvusScope) => userId);

/** Parameter decorator for the id of the group in the path. The group may not exist. */
export const GroupId = fromScope(({ groupId }: CanvusScope) => groupId);

/** Parameter decorator for the id of the member in the path. The user may not exist. */
export const MemberId = fromScope(({ memberId }: CanvusScope) => memberId);

/** Parameter decorator for the user in the path, as an {@link AddressedUser}. */
export const UserInPath = requiredFromScope('user' satisfies keyof CanvusScope);

/** Parameter decorator for the user in the path as an owner of tokens, wherever users are stored. */
export const OwnerInPath = requiredFromScope('owner' satisfies keyof CanvusScope);

/** Parameter decorator for the token in the path. */
export const TokenInPath = requiredFromScope('token' satisfies keyof CanvusScope);
