/** Tells the audit log what has changed of a token, from what to what. */
import type { Token } from './token.entity.js';

type Told = Readonly<Record<string, unknown>>;

/** What is told of each column; columns of a kind's own are only named. */
const TELLERS: Readonly<Record<string, (before: Token, after: Partial<Token>) => Told>> = {
  label: (before, after) => ({ old_name: before.label, new_name: after.label }),
  enabled: (_, { enabled }) => ({ enabled }),
  expiresAt: (before, after) => ({ old_expires_at: before.expiresAt, new_expires_at: after.expiresAt }),
  scopes: (before, { scopes }) => ({ old_scopes: before.scopes, scopes }),
  previousSecretExpiresAt: (before, after) => ({
    old_previous_secret_expires_at: before.previousSecretExpiresAt,
    previous_secret_expires_at: after.previousSecretExpiresAt,
  }),
};

/** @param before - the token as it was; it is read at once */
export function toldOf(before: Token, changes: Partial<Token>): Told {
  const fields = Object.keys(changes);
  const told = fields.flatMap((field) => (Object.hasOwn(TELLERS, field) ? [TELLERS[field]?.(before, changes)] : []));
  return Object.assign({ fields }, ...told) as Told;
}
