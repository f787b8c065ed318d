/** Operating the server: health, logging, the command line and the notice of the first start. */
export { UsageError, commandLineOutput } from './command-line.js';
export { firstStartNotice, type NoticeAccess, type NoticeCommand } from './first-start-notice.js';
export { NestLog, createLog, requestLog } from './logging.js';
export type { LogOptions } from './logging.settings.js';
export { answerUnreadableRequests } from './unreadable-requests.js';
export { OperationsModule } from './operations.module.js';
