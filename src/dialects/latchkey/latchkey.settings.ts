/** The settings of Latchkey's own API. */
import { choice, integer, setting, settingsTable, text } from '../../settings/index.js';
import { OPENID_SETTINGS } from './openid/openid.settings.js';

/** Latchkey's own API, and the logins of its console. */
export const LATCHKEY_API_SETTINGS = settingsTable(
  'Latchkey’s own API',
  {
    consoleIdleMinutes: setting({
      env: 'CONSOLE_IDLE_MINUTES',
      form: integer(5, 1440),
      default: 30,
      doc: 'Minutes without a request after which a login of the console ends',
      more: 'It is accurate to about a minute.',
    }),
    consoleLoginHours: setting({
      env: 'CONSOLE_LOGIN_HOURS',
      form: integer(1, 720),
      default: 12,
      doc: 'Hours after which a login of the console ends in any case',
    }),
    passwordLogin: setting({
      env: 'CONSOLE_PASSWORD_LOGIN',
      form: choice('everyone', 'administrators'),
      default: 'everyone',
      doc: 'Who can sign in to the console with a password',
      more: 'Administrators of the server always can, so that they get in while the OpenID provider is away.',
    }),
    idempotencyHours: setting({
      env: 'IDEMPOTENCY_HOURS',
      form: integer(1, 720),
      default: 24,
      doc: 'Hours for which a repeated request with the same `Idempotency-Key` gets the first answer',
    }),
    keepaliveSeconds: setting({
      env: 'EVENTS_KEEPALIVE_SECONDS',
      form: integer(1, 3600),
      default: 15,
      doc: 'Longest pause between the events of an idle stream of `/latchkey/v1/events`, in seconds',
    }),
    streamsPerUser: setting({
      env: 'EVENTS_STREAMS_PER_USER',
      form: integer(1, 100_000),
      default: 20,
      doc: 'Open streams of `/latchkey/v1/events` that one user may have; further ones get 429',
    }),
    streamsPerToken: setting({
      env: 'EVENTS_STREAMS_PER_TOKEN',
      form: integer(1, 100_000),
      default: 10,
      doc: 'Open streams of `/latchkey/v1/events` that one token or login may have; further ones get 429',
    }),
    streamWaitingBytes: setting({
      env: 'EVENTS_WAITING_BYTES',
      form: integer(4096, 999_999_999),
      default: 262_144,
      doc: 'Bytes that may wait for the client of such a stream before it is disconnected',
    }),
    streamStalledSeconds: setting({
      env: 'EVENTS_STALLED_SECONDS',
      form: integer(1, 3600),
      default: 60,
      doc: 'Seconds for which such a client may read nothing of what waits for it',
    }),
    statisticsSeconds: setting({
      env: 'STATISTICS_SECONDS',
      form: integer(1, 3600),
      default: 15,
      doc: 'Seconds for which `/latchkey/v1/stats` repeats what it has counted',
    }),
    hostSignInSeconds: setting({
      form: integer(1, 60),
      default: 5,
      doc: 'Seconds within which the sign-in of a host has to say who is signed in; then the request gets 503',
    }),
    hostSignInRecheckSeconds: setting({
      form: integer(1, 3600),
      default: 15,
      doc: 'How often the sign-in of a host is asked again while a stream of `/latchkey/v1/events` is open, in seconds',
    }),
    openid: OPENID_SETTINGS,
    productVersion: setting({
      form: text((version) => /\S/.test(version), 'a version'),
      default: 'unknown',
      doc: 'The version of the server that `GET /me` shows',
    }),
  },
  ['CONSOLE_', 'EVENTS_', 'IDEMPOTENCY_', 'OPENID_', 'STATISTICS_'],
);
