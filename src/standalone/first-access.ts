/** Prepares the result of the first start for display: a secret set by a variable is shown as the variable's name. */
import type { FirstAccess } from '../dialect-kit/index.js';
import type { BootstrapOptions, BootstrapResult } from '../identity/index.js';

export function firstAccess(
  { email, password, token, accountId, accountName }: BootstrapResult,
  { adminPassword, adminToken }: BootstrapOptions,
): FirstAccess {
  return {
    email,
    password: adminPassword ? undefined : password.reveal(),
    token: adminToken ? '$ADMIN_TOKEN' : token.reveal(),
    accountId,
    accountName,
  };
}
