/** The settings of the Canvus dialect. */
import { integer, setting, settingsTable, text } from '../../settings/index.js';

/** The Canvus dialect. */
export const CANVUS_SETTINGS = settingsTable(
  'Canvus dialect',
  {
    keepaliveSeconds: setting({
      env: 'CANVUS_KEEPALIVE_SECONDS',
      form: integer(1, 3600),
      // docs/contracts/canvus.md §4.5
      default: 15,
      doc: 'Longest pause between the blank lines of an idle `?subscribe` stream, in seconds',
    }),
    streamsPerUser: setting({
      env: 'CANVUS_STREAMS_PER_USER',
      form: integer(1, 100_000),
      default: 20,
      doc: 'Open `?subscribe` streams that one user may have; further ones get 429',
    }),
    streamsPerToken: setting({
      env: 'CANVUS_STREAMS_PER_TOKEN',
      form: integer(1, 100_000),
      default: 10,
      doc: 'Open `?subscribe` streams that one token may have; further ones get 429',
    }),
    streamWaitingBytes: setting({
      env: 'CANVUS_STREAM_WAITING_BYTES',
      form: integer(4096, 999_999_999),
      default: 262_144,
      doc: 'Bytes that may wait for the client of a `?subscribe` stream before it is disconnected',
      more: 'The first line does not count.',
    }),
    streamStalledSeconds: setting({
      env: 'CANVUS_STREAM_STALLED_SECONDS',
      form: integer(1, 3600),
      default: 60,
      doc: 'Seconds for which the client of a `?subscribe` stream may read nothing of what waits for it',
    }),
    productVersion: setting({
      form: text((version) => /\S/.test(version), 'a name and a version'),
      default: 'latchkey',
      doc: "What `server-info` shows next to the version of the vendor's server that it is compatible with",
    }),
  },
  ['CANVUS_'],
);
