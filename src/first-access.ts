/** What the first start has made, as it is shown: a secret that was given is named by its variable. */
import type { FirstAccess } from './dialect-kit/index.js';
import type { BootstrapOptions, BootstrapResult } from './identity/index.js';

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
