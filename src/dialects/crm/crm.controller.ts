/** The decorator that all controllers of the dialect share. */
import { guardedController } from '../../http/index.js';
import { CrmErrors } from './crm.errors.js';
import { CrmGuard } from './crm.guard.js';

/** Takes the path below the dialect's prefix, and the group in the documentation. */
export const CrmController = guardedController({ guard: CrmGuard, errors: CrmErrors });
