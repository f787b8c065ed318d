/** The decorator that all controllers of the API share. */
import { ApiSecurity } from '../../internals/index.js';
import { documentedPath, guardedController } from '../../http/index.js';
import { PATH_PARAMETERS, SECURITY_SCHEMES } from './latchkey.docs.js';
import { LatchkeyErrors } from './latchkey.errors.js';
import { LatchkeyGuard } from './latchkey.guard.js';

/** Takes the path below the prefix of the API, and the group in the documentation. */
export const LatchkeyController = guardedController({
  guard: LatchkeyGuard,
  errors: LatchkeyErrors,
  documented: (path) => [
    ...Object.keys(SECURITY_SCHEMES)
      .reverse()
      .map((name) => ApiSecurity(name)),
    documentedPath(path, PATH_PARAMETERS),
  ],
});
