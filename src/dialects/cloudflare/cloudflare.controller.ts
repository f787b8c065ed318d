/** The decorator that all controllers of the dialect share. */
import { ApiSecurity } from '../../internals/index.js';
import { documentedPath, guardedController } from '../../http/index.js';
import { BEARER_SCHEME, EMAIL_SCHEME, KEY_SCHEME, PATH_PARAMETERS } from './cloudflare.docs.js';
import { CloudflareErrors } from './cloudflare.errors.js';
import { CloudflareGuard } from './cloudflare.guard.js';

/** Takes the path below the dialect's prefix, and the group in the documentation. */
export const CloudflareController = guardedController({
  guard: CloudflareGuard,
  errors: CloudflareErrors,
  documented: (path) => [
    ApiSecurity(BEARER_SCHEME),
    documentedPath(path, PATH_PARAMETERS),
    ApiSecurity({ [EMAIL_SCHEME]: [], [KEY_SCHEME]: [] }),
  ],
});
