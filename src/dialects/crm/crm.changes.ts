/** The changes that only this dialect records. */
import { Change, type ChangeClass, type ChangeTarget } from '../../core/index.js';
import type { Account } from '../../identity/index.js';
import type { AccessToken } from './access-token.entity.js';

/**
 * A pass code was not accepted. The target has no id, since nothing happened to a token; its name is the identifier if a
 * token has it, for any other text may be a pass code in the wrong field. `details.token_id` is that token.
 */
export class PassCodeRefused extends Change {
  readonly type = 'token.pass_code_refused';
  readonly target: ChangeTarget;
  override readonly accountId: string;
  override readonly details: Readonly<Record<string, unknown>>;

  constructor({ id }: Pick<Account, 'id'>, token: Pick<AccessToken, 'id' | 'identifier'> | null) {
    super();
    this.target = { type: 'token', id: null, name: token?.identifier ?? null };
    this.accountId = id;
    this.details = { kind: 'access_token', token_id: token?.id ?? null };
  }

  override revokesAccess(): boolean {
    return false;
  }
}

/** This dialect's changes by their type. */
export const CRM_CHANGES = {
  'token.pass_code_refused': PassCodeRefused,
} as const satisfies Readonly<Record<string, ChangeClass>>;
