/** The decorator that all controllers of the dialect share. */
import { ApiSecurity } from '../../internals/index.js';
import { documentedPath, guardedController } from '../../http/index.js';
import { PATH_PARAMETERS, SECURITY_SCHEME } from './canvus.docs.js';
import { CanvusErrors } from './canvus.errors.js';
import { CanvusGuard } from './canvus.guard.js';

/** Takes the path below the dialect's prefix, and the group in the documentation. */
export const CanvusController = guardedController({
  guard: CanvusGuard,
  errors: CanvusErrors,
  documented: (path) => [ApiSecurity(SECURITY_SCHEME), documentedPath(path, PATH_PARAMETERS)],
});
