/** Operating the server: health and logging. */
export { NestLog, createLog, requestLog } from './logging.js';
export type { LogOptions } from './logging.settings.js';
export { OperationsModule } from './operations.module.js';
export { connectionShares } from './open-files.js';
