/** The command line: its commands, their help, and the notice of the first start. It loads no framework, so it is fast. */
export { EXIT, type ExitCode } from './exit-codes.js';
export {
  firstCredentialsNotice,
  firstFileNotice,
  firstStartNotice,
  type NoticeAccess,
  type NoticeCommand,
  type NoticePages,
} from './first-start-notice.js';
export { UsageError, givenSettings, withGivenSettings } from './given-settings.js';
export { COMMAND_NAMES, type CommandName, type CommandOptions, type Invocation } from './invocation.js';
export { runProgram, type RunCommand, type TextOutput } from './program.js';
