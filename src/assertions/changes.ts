/** The changes to the keys that sign assertions. */
import { Change, type ChangeClass, type ChangeTarget } from '../core/index.js';

/** A change to the keys. Nothing that was signed before is refused because of it. */
export abstract class SigningKeyChange extends Change {
  readonly target: ChangeTarget = { type: 'server', id: null, name: null };

  constructor(override readonly details: Readonly<Record<string, unknown>> = {}) {
    super();
  }

  override revokesAccess(): boolean {
    return false;
  }
}

/** A key was made. `details` has its `kid`, and `signs_from`, the time from which it signs. */
export class SigningKeyCreated extends SigningKeyChange {
  readonly type = 'signing_key.created';
}

/** The private keys were encrypted with `ASSERTION_KEY`. `details.kids` names them. */
export class SigningKeysEncrypted extends SigningKeyChange {
  readonly type = 'signing_key.encrypted';
}

/** This room's changes by their type. */
export const ASSERTION_CHANGES = {
  'signing_key.created': SigningKeyCreated,
  'signing_key.encrypted': SigningKeysEncrypted,
} as const satisfies Readonly<Record<string, ChangeClass>>;
