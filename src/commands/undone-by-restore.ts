/** Finds the changes that a restore has undone, such as a revocation, and makes those again that end access. */
import type { INestApplicationContext } from '@nestjs/common';
import { In } from 'typeorm';
import { COMMAND_LINE, DomainError, Token, UnitOfWork } from '../core/index.js';
import { TokenRevocation } from '../data-plane/index.js';
import { Account, AccountService, Membership, User, UserService } from '../identity/index.js';
import type { LoggedEvent } from './events-since.js';

/** Something that is as it was before a later change, which the restore has undone. */
export interface UndoneChange {
  readonly what: 'token' | 'user' | 'account' | 'membership';
  readonly id: string;
  readonly name: string | null;
  /** The type of the change, for example `token.revoked`. */
  readonly undone: string;
  readonly at: Date;
}

/** Ids in one statement. */
const BATCH = 500;

/** What is there in the restored database although it was ended or changed later. */
export async function findUndoneChanges(
  services: INestApplicationContext,
  events: readonly LoggedEvent[],
): Promise<UndoneChange[]> {
  const last = new Map<string, UndoneChange>();
  for (const { type, targetId, targetName, at } of events) {
    if (targetId === null) continue;
    const what = type.slice(0, type.indexOf('.')) as UndoneChange['what'];
    const key = `${aspectOf(type)} ${targetId}`;
    // A later change of the same says how it was in the end.
    last.delete(key);
    if (type !== 'user.unblocked') last.set(key, { what, id: targetId, name: targetName, undone: type, at });
  }
  const all = [...last.values()];
  const present = await presentOf(services, all);
  return all.filter(({ what, id }) => present.has(`${what} ${id}`));
}

/** What a change is about: a user can be blocked, and have another password. */
function aspectOf(type: string): string {
  switch (type) {
    case 'user.blocked':
    case 'user.unblocked':
      return 'blocking';
    case 'user.updated':
    case 'user.password_changed':
    case 'user.deleted':
      return type;
    default:
      return type.slice(0, type.indexOf('.'));
  }
}

/**
 * Ends again what was ended: tokens that were revoked, users who were blocked or deleted, accounts that were deleted.
 * @returns what is left: what was only changed, and what a rule keeps from being ended
 */
export async function endAgain(
  services: INestApplicationContext,
  found: readonly UndoneChange[],
): Promise<UndoneChange[]> {
  const left: UndoneChange[] = [];
  for (const revived of found) {
    try {
      if (!(await ended(services, revived))) left.push(revived);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code === 'unavailable') throw error;
      left.push(revived);
    }
  }
  return left;
}

/** @returns whether there was something to end */
async function ended(services: INestApplicationContext, { undone, id }: UndoneChange): Promise<boolean> {
  switch (undone) {
    case 'token.revoked': {
      const token = await services.get(UnitOfWork).read((manager) => manager.findOneBy(Token, { id }));
      if (token) await services.get(TokenRevocation).revoke(COMMAND_LINE, token);
      return true;
    }
    case 'user.blocked':
      await services.get(UserService).update(COMMAND_LINE, Number(id), { blocked: true });
      return true;
    case 'user.deleted':
      await services.get(UserService).delete(COMMAND_LINE, Number(id));
      return true;
    case 'account.deleted':
      await services.get(AccountService).delete(COMMAND_LINE, id);
      return true;
    default:
      return false;
  }
}

/** Those that are in the database, as `<what> <id>`. */
async function presentOf(services: INestApplicationContext, all: readonly UndoneChange[]): Promise<Set<string>> {
  const idsOf = (kind: UndoneChange['what']): string[] => all.filter(({ what }) => what === kind).map(({ id }) => id);
  const [tokens, users, accounts] = [idsOf('token'), idsOf('user').map(Number), idsOf('account')];
  const memberships = idsOf('membership');
  return services.get(UnitOfWork).read(async (manager) => {
    const present = new Set<string>();
    for (const ids of batches(tokens)) {
      const rows = await manager.find(Token, { select: { id: true }, where: { id: In(ids) } });
      for (const { id } of rows) present.add(`token ${id}`);
    }
    for (const ids of batches(users)) {
      const rows = await manager.find(User, { select: { id: true }, where: { id: In(ids) } });
      for (const { id } of rows) present.add(`user ${String(id)}`);
    }
    for (const ids of batches(memberships)) {
      const rows = await manager.find(Membership, { select: { id: true }, where: { id: In(ids) } });
      for (const { id } of rows) present.add(`membership ${id}`);
    }
    for (const ids of batches(accounts)) {
      const rows = await manager.find(Account, { select: { id: true }, where: { id: In(ids) } });
      for (const { id } of rows) present.add(`account ${id}`);
    }
    return present;
  });
}

function batches<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / BATCH);
  return Array.from({ length: count }, (_, at) => items.slice(at * BATCH, (at + 1) * BATCH));
}
