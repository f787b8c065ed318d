/** The settings of requests to the dialects: their bodies, paths and origins. */
import { choice, flag, integer, setting, settingsTable } from '../settings/index.js';

/** Requests to the dialects. */
export const REQUEST_SETTINGS = settingsTable(
  'Requests',
  {
    bodyMaxBytes: setting({
      env: 'BODY_MAX_BYTES',
      form: integer(1024, 16_777_216),
      // The longest body of a vendor's client has a few KiB.
      default: 65_536,
      doc: 'Maximum size of a request body in bytes; a longer one is answered with 413',
    }),
    bodyTimeoutSeconds: setting({
      env: 'BODY_TIMEOUT_SECONDS',
      form: integer(1, 3600),
      default: 15,
      doc: 'Seconds that a request body may take to arrive before 408',
    }),
    bodyMemoryBytes: setting({
      env: 'BODY_MEMORY_BYTES',
      form: integer(1_048_576, 999_999_999),
      default: 16_777_216,
      doc: 'Bytes that all request bodies may hold together while they arrive',
      more: 'Beyond that, those that have been arriving for the longest time are answered with 503.',
    }),
    mergeSlashes: setting({
      env: 'MERGE_SLASHES',
      form: flag(),
      default: true,
      doc: "Whether repeated slashes below a dialect's prefix count as one, for clients whose base URL ends in a slash",
      more:
        'Set it to `false` if a proxy in front has rules for paths below a prefix and does not merge slashes itself, ' +
        'as HAProxy and Envoy do not by default.',
    }),
    browserWrites: setting({
      env: 'BROWSER_WRITES_FROM',
      form: choice('same-origin', 'same-site', 'any'),
      default: 'same-site',
      doc: 'From which web pages a browser may send anything but GET to a dialect',
      more:
        'Others get 403. Pages of the same site are those of other ports and subdomains of the same domain. Programs, which send no ' +
        '`Sec-Fetch-Site`, may in any case.',
    }),
    answerStalledSeconds: setting({
      env: 'ANSWER_STALLED_SECONDS',
      form: integer(1, 3600),
      default: 60,
      doc: 'Seconds for which a client may take nothing of a list or an export before it is disconnected',
      more: 'It is disconnected after twice this time at the latest. Streams of changes have settings of their own.',
    }),
    compressFromBytes: setting({
      env: 'COMPRESS_FROM_BYTES',
      form: integer(0, 999_999_999),
      default: 1024,
      doc: 'Smallest answer in bytes that is compressed for clients that accept it; 0 compresses none',
      more: 'Only lists, exports and documents are compressed: never an answer with a secret, a live stream or `/verify`.',
    }),
  },
  ['ANSWER_', 'BODY_', 'BROWSER_', 'COMPRESS_'],
);
