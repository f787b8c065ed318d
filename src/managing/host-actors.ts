/** Finds out on whose behalf the code of a host acts, and what they may do. */
import { Injectable } from '@nestjs/common';
import {
  DomainError,
  SYSTEM,
  UserDirectory,
  isStorableText,
  type Actor,
  type DirectoryUser,
  type Transaction,
  type WorkUnit,
} from '../core/index.js';
import { EVERYTHING, TokenAccess } from './token-access.js';
import type { Acting } from './token-manager.js';
import { TokenRequestError } from './token-request-error.js';
import type { ActingAs, UserId } from './tokens-api.types.js';

/** Characters of the name of a system. */
const NAME_MAX = 100;

@Injectable()
export class HostActors {
  constructor(
    private readonly users: UserDirectory,
    private readonly access: TokenAccess,
  ) {}

  /** @throws TokenRequestError; DomainError `not_permitted` */
  async acting(as: ActingAs | undefined, unit: WorkUnit): Promise<Acting> {
    if (as === undefined) return { actor: SYSTEM, reader: EVERYTHING, unit };
    if ('system' in as) return { actor: systemNamed(as.system), reader: EVERYTHING, unit };
    if ('token' in as) return this.holding(as, unit);
    return this.user(as, unit);
  }

  /** The number of a user. @throws TokenRequestError */
  async numberOf(field: 'owner' | 'createdBy' | 'as', id: UserId, unit: WorkUnit): Promise<number> {
    const number = await this.users.numberOf(String(id), unit);
    if (number === null) throw new TokenRequestError(field, `${field} is not the id of a user`);
    return number;
  }

  private async holding(
    { token, owner }: Extract<ActingAs, { readonly token: unknown }>,
    unit: WorkUnit,
  ): Promise<Acting> {
    const actor: Actor = {
      ...SYSTEM,
      kind: owner ? 'user' : 'service',
      userId: owner?.id ?? null,
      userName: owner?.name ?? null,
      tokenId: token.id,
      admin: owner?.admin ?? false,
    };
    return { actor, reader: await this.access.readerOf({ user: owner ?? { id: 0, admin: false }, token }, unit), unit };
  }

  private async user(
    { user: id, address = null, requestId = null }: Extract<ActingAs, { readonly user: UserId }>,
    unit: WorkUnit,
  ): Promise<Acting> {
    const number = await this.numberOf('as', id, unit);
    const user = requireActive(await unit.write(SYSTEM, (tx) => this.users.lockShared(tx, number)));
    const actor: Actor = {
      ...SYSTEM,
      kind: 'user',
      userId: user.id,
      userName: user.name,
      admin: user.admin,
      address,
      requestId,
    };
    return {
      actor,
      reader: await this.access.readerOf({ user, token: { scopes: null } }, unit),
      unit: this.confirming(unit, actor),
    };
  }

  /** No token of theirs is locked by the unit of work, so the user is. */
  private confirming(unit: WorkUnit, { userId, admin }: Actor): WorkUnit {
    const confirm = async (tx: Transaction): Promise<void> => {
      if (userId === null) return;
      const user = requireActive(await this.users.lockShared(tx, userId));
      if (admin && !user.admin) throw notPermitted();
      tx.actorUser = user;
    };
    return {
      read: (work) => unit.read(work),
      write: (author, work) =>
        unit.write(author, async (tx) => {
          await confirm(tx);
          return work(tx);
        }),
    };
  }
}

function systemNamed(name: string): Actor {
  if (isStorableText(name, 1, NAME_MAX)) return { ...SYSTEM, userName: name };
  throw new TokenRequestError(
    'as',
    `the name of the system that acts must be 1 to ${String(NAME_MAX)} characters long`,
  );
}

function requireActive(user: DirectoryUser | null): DirectoryUser {
  if (user?.status === 'active') return user;
  throw notPermitted();
}

function notPermitted(): DomainError {
  return new DomainError('not_permitted', 'the user who acts is not there, is blocked, or may not do this any more');
}
