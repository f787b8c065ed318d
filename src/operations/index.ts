/** Operating the server: health, logging, and answers to requests that cannot be read. */
export { NestLog, createLog, requestLog } from './logging.js';
export type { LogOptions } from './logging.settings.js';
export { answerUnreadableRequests } from './unreadable-requests.js';
export { OperationsModule } from './operations.module.js';
