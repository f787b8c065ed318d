/** Operating the server: health, logging, and answers to requests that cannot be read. */
export { NestLog, createLog, requestLog } from './logging.js';
export type { LogOptions } from './logging.settings.js';
export { OperationsModule } from './operations.module.js';
export { connectionShares } from './open-files.js';
export { StandaloneErrorFilter } from './standalone-errors.filter.js';
