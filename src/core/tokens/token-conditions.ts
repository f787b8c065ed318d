/** The conditions by which tokens of every kind are searched, the same on both engines. */
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
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
  /** A part of the name, or of a handle that is no secret, whatever the case of its letters. */
  readonly text?: string | undefined;
  readonly ids?: readonly string[] | undefined;
}

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
  const { states, expiresBefore, expiresAfter, unusedSince, oldSecretUsedSince, scope, text, ids } = conditions;
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
  if (text !== undefined) addText(query, text);
  if (ids) query.andWhere('row.id IN (:...ids)', { ids });
}

/** `LIKE` would not tell upper from lower case on SQLite. */
function addScope<E extends ObjectLiteral>(query: SelectQueryBuilder<E>, scope: string): void {
  const held = `(' ' || row.scopes || ' ')`;
  query.andWhere(`row.scopes IS NOT NULL AND REPLACE(${held}, :scope, '') <> ${held}`, { scope: ` ${scope} ` });
}

/**
 * SQLite folds ASCII only, and PostgreSQL as the collation says: the other letters of the text are folded one by one.
 * Longest labels take microseconds, which LIKE may take a thousand of.
 */
function addText<E extends ObjectLiteral>(query: SelectQueryBuilder<E>, text: string): void {
  const wanted = text.normalize('NFC').toLowerCase();
  const others = [...new Set(wanted)].filter((letter) => letter > '\u007f' && letter.toUpperCase() !== letter);
  const folded = (column: string): string =>
    others.reduce(
      (folding, _, at) => `REPLACE(${folding}, :upper${String(at)}, :lower${String(at)})`,
      `LOWER(${column})`,
    );
  for (const [at, letter] of others.entries())
    query.setParameters({ [`upper${String(at)}`]: letter.toUpperCase(), [`lower${String(at)}`]: letter });
  const holds = (column: string): string => `REPLACE(${folded(column)}, :wanted, '') <> ${folded(column)}`;
  query.andWhere(`(${holds('row.label')} OR (row.handleScope = '' AND ${holds('row.handle')}))`, { wanted });
}

/** Whether any condition is given: if not, no row is passed over. */
export function isNarrow(conditions: TokenConditions): boolean {
  return Object.values(conditions).some((value) => value !== undefined && value !== false);
}
