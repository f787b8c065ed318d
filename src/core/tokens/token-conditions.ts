/** The conditions by which tokens of every kind are searched, the same on both engines. */
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { textMatch } from '../database/text-match.js';
import type { Token } from './token.entity.js';

/** A token that has expired is `expired`, whether or not it is disabled. */
export type TokenState = 'active' | 'expired' | 'disabled';

/** Which tokens; all that is given has to hold. */
export interface TokenConditions {
  readonly states?: readonly TokenState[] | undefined;
  readonly expiresBefore?: Date | undefined;
  readonly expiresAfter?: Date | undefined;
  /** Never used, or last used before. */
  readonly unusedSince?: Date | undefined;
  /** Whose previous secret is still accepted. */
  readonly overlapRuns?: boolean | undefined;
  /** Whose previous secret was used at that time or after it. */
  readonly oldSecretUsedSince?: Date | undefined;
  readonly scope?: string | undefined;
  /**
   * A part of the name or of a handle that is no secret, or the beginning of the id or of that of the account, from
   * {@link ID_BEGINNING} characters on. The case of letters does not count.
   */
  readonly text?: string | undefined;
  /** Tokens of these owners are found by the text as well. */
  readonly textOwners?: OwnersCondition | undefined;
  readonly ids?: readonly string[] | undefined;
}

/**
 * Adds what it needs to the parameters of a query whose tokens are called `row`.
 * @returns an SQL condition that a token belongs to one of some users or accounts
 */
export type OwnersCondition = <E extends ObjectLiteral>(query: SelectQueryBuilder<E>) => string;

/** Shorter beginnings of ids would find tokens by chance. */
const ID_BEGINNING = 8;

export function stateOf({ enabled, expiresAt }: Pick<Token, 'enabled' | 'expiresAt'>, now: Date): TokenState {
  if (expiresAt !== null && expiresAt <= now) return 'expired';
  return enabled ? 'active' : 'disabled';
}

/** Whether the previous secret is accepted. The token has to be read together with the digest of that. */
export function overlapRuns({ previousSecretDigest = null, previousSecretExpiresAt: end }: Token, now: Date): boolean {
  return previousSecretDigest !== null && end !== null && end > now;
}

const STATES: Readonly<Record<TokenState, string>> = {
  active: 'row.enabled AND (row.expiresAt IS NULL OR row.expiresAt > :now)',
  expired: 'row.expiresAt <= :now',
  disabled: 'NOT row.enabled AND (row.expiresAt IS NULL OR row.expiresAt > :now)',
};

/** Adds the conditions to a query whose tokens are called `row`. */
export function addConditions<E extends ObjectLiteral>(
  query: SelectQueryBuilder<E>,
  conditions: TokenConditions,
  now: Date,
): void {
  const { states, expiresBefore, expiresAfter, unusedSince, oldSecretUsedSince, scope, ids } = conditions;
  query.setParameters({ now: now.getTime() });
  if (states) query.andWhere(`(${states.map((state) => `(${STATES[state]})`).join(' OR ')})`);
  const moment = (condition: string, name: string, at: Date | undefined): void => {
    if (at) query.andWhere(condition, { [name]: at.getTime() });
  };
  moment('row.expiresAt < :expiresBefore', 'expiresBefore', expiresBefore);
  moment('row.expiresAt > :expiresAfter', 'expiresAfter', expiresAfter);
  moment('(row.lastSeenAt IS NULL OR row.lastSeenAt < :unusedSince)', 'unusedSince', unusedSince);
  moment('row.previousLastSeenAt >= :oldSince', 'oldSince', oldSecretUsedSince);
  if (conditions.overlapRuns === true)
    query.andWhere('row.previousSecretDigest IS NOT NULL AND row.previousSecretExpiresAt > :now');
  if (scope !== undefined) addScope(query, scope);
  addText(query, conditions);
  if (ids) query.andWhere('row.id IN (:...ids)', { ids });
}

/** `LIKE` would not tell upper from lower case on SQLite. */
function addScope<E extends ObjectLiteral>(query: SelectQueryBuilder<E>, scope: string): void {
  const held = `(' ' || row.scopes || ' ')`;
  query.andWhere(`row.scopes IS NOT NULL AND REPLACE(${held}, :scope, '') <> ${held}`, { scope: ` ${scope} ` });
}

function addText<E extends ObjectLiteral>(query: SelectQueryBuilder<E>, { text, textOwners }: TokenConditions): void {
  if (text === undefined) return;
  const holds = textMatch(query, text);
  const found = [holds('row.label'), `(row.handleScope = '' AND ${holds('row.handle')})`];
  const id = text.toLowerCase();
  if (id.length >= ID_BEGINNING && /^[0-9a-f-]{1,36}$/.test(id)) {
    const beginning = `1, ${String(id.length)}`;
    query.setParameter('idBeginning', id);
    found.push(`SUBSTR(row.id, ${beginning}) = :idBeginning`, `SUBSTR(row.accountId, ${beginning}) = :idBeginning`);
  }
  if (textOwners) found.push(textOwners(query));
  query.andWhere(`(${found.join(' OR ')})`);
}

/** Whether any condition is given: if not, no row is passed over. */
export function isNarrow(conditions: TokenConditions): boolean {
  return Object.values(conditions).some((value) => value !== undefined && value !== false);
}
