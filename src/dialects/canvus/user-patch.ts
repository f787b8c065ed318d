/** Reads the PATCH of a user and checks that the caller may make it (docs/contracts/canvus.md §3.3, §3.4). */
import { Secret } from '../../core/index.js';
import type { Principal, UserChanges } from '../../identity/index.js';
import { CanvusError } from './canvus.errors.js';
import type { AddressedUser } from './canvus.guard.js';
import type { UserPatchInput } from './canvus.inputs.js';
import { APPROVAL_STAYS, NO_CONFIRMATION, OWN_PASSWORD, PERMISSION_DENIED } from './canvus.messages.js';

const ADMIN_ONLY = ['password', 'admin', 'approved', 'need_email_confirmation'] as const;

/** @throws CanvusError 400, 403 */
export function permittedChanges(
  input: UserPatchInput,
  caller: Principal,
  user: AddressedUser,
): UserChanges & { password?: Secret } {
  if (!caller.user.admin && ADMIN_ONLY.some((field) => (input[field] ?? undefined) !== undefined)) {
    throw new CanvusError(403, PERMISSION_DENIED);
  }
  if (typeof input.password === 'string' && user.id === caller.user.id) throw new CanvusError(403, OWN_PASSWORD);
  if (input.need_email_confirmation === true) throw new CanvusError(400, NO_CONFIRMATION);
  if (input.approved === false && user.approved) throw new CanvusError(400, APPROVAL_STAYS);
  const { name, email, blocked, admin, approved, password } = input;
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof email === 'string' && { email }),
    // Only administrators can unblock. Other callers are not blocked, so for them `false` changes nothing.
    ...(typeof blocked === 'boolean' && (blocked || caller.user.admin) && { blocked }),
    ...(typeof admin === 'boolean' && { admin }),
    ...(approved === true && { approved }),
    ...(typeof password === 'string' && { password: new Secret(password) }),
  };
}
