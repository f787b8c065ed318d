/** The command line: its options, and the notice of the first start. It loads no framework, so that it is fast. */
export { UsageError, commandLineOutput } from './command-line.js';
export { firstStartNotice, type NoticeAccess, type NoticeCommand } from './first-start-notice.js';
