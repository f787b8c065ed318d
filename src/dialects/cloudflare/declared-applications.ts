/** How applications and policies of files look to clients of this dialect (docs/contracts/cloudflare.md §10.1). */
import type { DeclaredApplications } from '../../identity/index.js';
import { isSessionDuration } from './duration.js';
import { SERVICE_TOKEN_KIND } from './service-token.form.js';

export const DECLARED_APPLICATIONS: DeclaredApplications = {
  type: 'self_hosted',
  tokenKind: SERVICE_TOKEN_KIND,
  isSessionDuration,
  // `destinations` would name the addresses from before.
  shownAddresses: (addresses) => ({
    self_hosted_domains: addresses.length > 1 ? addresses : undefined,
    destinations: undefined,
  }),
};
