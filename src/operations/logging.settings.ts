/** The settings of the log. */
import { choice, integer, setting, settingsTable, type Values } from '../settings/index.js';

/** The log on the standard error stream. */
export const LOG_SETTINGS = settingsTable('Log', {
  level: setting({
    env: 'LOG_LEVEL',
    form: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    doc: 'Least severe level that is logged; `debug` has each request',
  }),
  format: setting({
    env: 'LOG_FORMAT',
    form: choice('pretty', 'json'),
    default: process.stderr.isTTY ? 'pretty' : 'json',
    defaultText: '`pretty` on a terminal, else `json`',
    doc: 'Form of the log',
  }),
  overloadSeconds: setting({
    env: 'LOG_OVERLOAD_SECONDS',
    form: integer(1, 3600),
    default: 10,
    doc: 'Seconds for which requests refused at a limit are only counted after one was logged',
  }),
});

/** How the log is written. */
export type LogOptions = Values<typeof LOG_SETTINGS>;
