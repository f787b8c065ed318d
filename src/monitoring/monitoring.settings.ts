/** The settings of monitoring. */
import { HOST_FORM, flag, integer, setting, settingsTable } from '../settings/index.js';

/** Metrics, and the listener for operators. */
export const MONITORING_SETTINGS = settingsTable(
  'Monitoring',
  {
    metrics: setting({
      env: 'METRICS',
      form: flag(),
      default: true,
      doc: 'Whether `GET /metrics` answers, to administrators of the server',
    }),
    countSeconds: setting({
      env: 'METRICS_COUNT_SECONDS',
      form: integer(1, 86_400),
      default: 60,
      doc: 'Seconds for which `/metrics` repeats the numbers of tokens and the size of the database',
      more: 'Tokens are counted in slices, and for at most a twentieth of the time, however many there are.',
    }),
    securityLines: setting({
      env: 'SECURITY_LOG_LINES',
      form: integer(0, 100_000),
      default: 60,
      doc: 'Lines per minute in the log about refused tokens, failed logins and denied requests; 0 for none',
      more: 'The same token, reason or address is there once a minute. What is left out is counted.',
    }),
    port: setting({
      env: 'OPERATIONS_PORT',
      form: integer(0, 65_535),
      defaultText: 'none',
      doc: 'Port of a listener for operators, which answers `/metrics` and `/health` without a token',
      more: 'Anyone who can reach it can read all metrics.',
    }),
    host: setting({
      env: 'OPERATIONS_HOST',
      form: HOST_FORM,
      default: '127.0.0.1',
      doc: 'Address on which `OPERATIONS_PORT` listens',
    }),
    maxConnections: setting({
      env: 'OPERATIONS_MAX_CONNECTIONS',
      form: integer(1, 1_000_000),
      default: 100,
      doc: 'Maximum number of connections to `OPERATIONS_PORT`; further ones are closed',
    }),
  },
  ['OPERATIONS_', 'METRICS_', 'SECURITY_LOG_'],
);
