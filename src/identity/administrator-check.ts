/** Enforces the rule that the server always has an administrator who can sign in. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  ChangeCheck,
  DomainError,
  TokenChange,
  TokenRotated,
  TokenUpdated,
  type Change,
  type Lock,
  type Transaction,
} from '../core/index.js';
import { SettingsChanged, UserChange, UserUpdated } from './changes.js';
import { PersonalToken } from './personal-token.entity.js';
import { storedPolicy } from './server-settings.js';
import { User } from './user.entity.js';

/**
 * Locked by whatever changes who is an administrator or how one can sign in, so that two such changes cannot both
 * succeed. It comes last in the order of locks, and is therefore waited for without running the work again.
 */
const ONE_ADMIN: Lock = { kind: 'users', id: 'administrators' };

/** What an administrator would lose: a right, a token, or password logins. */
type Loss = { readonly of: 'user'; readonly how: string } | { readonly of: 'token' | 'password logins' };

/**
 * Refuses a change after which no administrator could sign in: none who is approved, not blocked, and has a password
 * (while password logins are allowed) or a personal token that is enabled, does not expire and has no scopes. Users of a host's own
 * directory are not counted: the rule is about Latchkey's users.
 */
@Injectable()
export class AdministratorCheck extends ChangeCheck {
  /** @throws DomainError `last_admin` */
  async confirm(tx: Transaction): Promise<void> {
    const loss = await lossIn(tx);
    if (!loss) return;
    await tx.lockRule(ONE_ADMIN);
    const { passwordLogin } = await storedPolicy(tx.manager);
    if (loss.of === 'password logins' && passwordLogin) return;
    if (await isAnyAbleToSignIn(tx.manager, passwordLogin)) return;
    throw new DomainError('last_admin', refusalOf(loss, passwordLogin));
  }
}

async function lossIn(tx: Transaction): Promise<Loss | null> {
  for (const change of tx.changes) {
    const loss = change instanceof TokenChange ? await lossByToken(tx, change) : await lossBy(tx, change);
    if (loss) return loss;
  }
  return null;
}

async function lossBy(tx: Transaction, change: Change): Promise<Loss | null> {
  if (change instanceof SettingsChanged) return change.concerns('passwordLogin') ? { of: 'password logins' } : null;
  if (!(change instanceof UserChange)) return null;
  if (change instanceof UserUpdated && change.admin === true && change.concerns('admin')) await tx.lockRule(ONE_ADMIN);
  const how = change.administratorLoss();
  return how === null ? null : { of: 'user', how };
}

/**
 * The token of a regular user is nobody's loss, but the user must not become administrator before it is gone: the rule
 * is shared until then.
 */
async function lossByToken(tx: Transaction, change: TokenChange): Promise<Loss | null> {
  const { kind, userId: id } = change;
  if (id === null || kind !== PERSONAL_TOKEN || !mayEnd(change)) return null;
  const isAdmin = await tx.manager.existsBy(User, { id, admin: true });
  await tx.lockRule(ONE_ADMIN, isAdmin ? 'exclusive' : 'shared');
  const isLoss = await tx.manager.existsBy(User, { id, admin: true, approved: true, blocked: false });
  return isLoss ? { of: 'token' } : null;
}

const PERSONAL_TOKEN = 'personal_token';

/** Whether the token may be refused after the change, now or later. */
function mayEnd(change: TokenChange): boolean {
  if (change instanceof TokenRotated) return false;
  if (!(change instanceof TokenUpdated)) return change.revokesAccess();
  const { fields } = change.details;
  return !Array.isArray(fields) || ['enabled', 'expiresAt', 'scopes'].some((field) => fields.includes(field));
}

/** Whether there is an administrator who can sign in. @param passwordLogin - whether passwords are accepted */
export async function isAnyAbleToSignIn(manager: EntityManager, passwordLogin: boolean): Promise<boolean> {
  const query = manager
    .createQueryBuilder(User, 'user')
    .select('user.id')
    .where({ admin: true, approved: true, blocked: false });
  const token = query
    .subQuery()
    .select('1')
    .from(PersonalToken, 'token')
    .where('token.userId = user.id')
    .andWhere('token.enabled = :enabled AND token.expiresAt IS NULL AND token.scopes IS NULL', { enabled: true });
  const byToken = `EXISTS ${token.getQuery()}`;
  query.andWhere(passwordLogin ? `(user.passwordHash IS NOT NULL OR ${byToken})` : byToken);
  return (await query.setParameters(token.getParameters()).limit(1).getRawOne()) !== undefined;
}

function refusalOf(loss: Loss, passwordLogin: boolean): string {
  const credential = passwordLogin ? 'a password or an access token' : 'an access token';
  switch (loss.of) {
    case 'user':
      return (
        `the last administrator who can sign in cannot be ${loss.how}; ` +
        `first make another user with ${credential} an administrator`
      );
    case 'token':
      return (
        'this token is the last way for an administrator to sign in; create another access token for an administrator ' +
        `first${passwordLogin ? ', or set an administrator’s password' : ', or allow password logins'}`
      );
    case 'password logins':
      return 'no administrator has an access token, so none could sign in without a password; create one first';
  }
}
