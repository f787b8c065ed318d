/** The settings of the server: where it listens, which proxies it trusts, and the limits of its connections. */
import { isIP } from 'node:net';
import * as v from 'valibot';
import { HOST_FORM, choice, integer, setting, settingsTable, text, type Form } from '../settings/index.js';

/** `false`, a number of proxies, or their networks: a value of Express's `trust proxy`. */
export type TrustedProxies = false | number | readonly string[];

const NAMED_NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];

function isNetwork(text: string): boolean {
  if (NAMED_NETWORKS.includes(text)) return true;
  const [address = '', bits, more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  // /0 is refused because it would trust everybody.
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

const trustedProxies = v.union([
  v.literal(false),
  v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(99)),
  v.pipe(v.array(v.pipe(v.string(), v.check(isNetwork))), v.minLength(1), v.readonly()),
]);

const PROXIES_FORM: Form<TrustedProxies> = {
  value: trustedProxies,
  text: v.pipe(v.string(), v.transform(proxiesFromText), trustedProxies),
  expected: 'false, the number of proxies in front of the server, or an array of their addresses',
  expectedText:
    'false, the number of proxies in front of the server, or their addresses, for example 1 or 10.0.0.0/8,loopback',
  toText: String,
};

function proxiesFromText(text: string): TrustedProxies {
  if (text === 'false') return false;
  // Trusting everybody would let callers choose their own address. People who write `true` mean one proxy.
  if (text === 'true') return 1;
  if (/^\d{1,2}$/.test(text)) return Number(text) === 0 ? false : Number(text);
  return text.split(',').map((part) => part.trim());
}

const FILE_FORM = text((file) => file !== '' && !file.includes('\0'), 'the path of a PEM file');

/** The server. */
export const SERVER_SETTINGS = settingsTable('Server', {
  host: setting({
    env: 'HOST',
    form: HOST_FORM,
    default: '127.0.0.1',
    doc: 'Address to listen on; `0.0.0.0` for all',
  }),
  port: setting({
    env: 'PORT',
    form: integer(0, 65_535),
    default: 3000,
    doc: 'Port to listen on; 0 takes any free port',
  }),
  trustProxy: setting({
    env: 'TRUST_PROXY',
    form: PROXIES_FORM,
    default: false,
    doc: 'Whose `X-Forwarded-For` is believed: the number of proxies in front, or their addresses and networks',
    more: 'For example `10.0.0.0/8,loopback`; `true` means one proxy.',
  }),
  docs: setting({
    env: 'DOCS',
    form: choice('on', 'off', 'admin'),
    default: 'on',
    doc: 'Who may read the pages and OpenAPI documents at `/docs`: everybody, nobody, or administrators',
    more:
      'With `admin`, browsers ask for a name, which can be anything, and a password, which is an access token of an administrator. ' +
      'Programs send the token as for the APIs. With `off`, there is no first page at `/` either.',
  }),
  console: setting({
    env: 'CONSOLE',
    form: choice('on', 'off'),
    default: 'on',
    doc: 'Whether the console is served at `/console`, for people who sign in and manage tokens in a browser',
  }),
  keepAliveSeconds: setting({
    env: 'KEEP_ALIVE_SECONDS',
    form: integer(1, 3600),
    // Proxies usually keep connections for 60 seconds, and must be the first to close them.
    default: 75,
    doc: 'Seconds that an idle connection is kept for a further request',
    more: 'Keep it longer than a proxy in front does, or some requests will find the connection closed.',
  }),
  maxConnections: setting({
    env: 'MAX_CONNECTIONS',
    form: integer(1, 1_000_000),
    default: 10_000,
    doc: 'Maximum number of connections; further ones are closed',
    more: 'If the limit of open files allows only fewer, that many are accepted, and the log says so.',
  }),
  headersMaxBytes: setting({
    env: 'HEADERS_MAX_BYTES',
    form: integer(4096, 1_048_576),
    // What Node itself has.
    default: 16_384,
    doc: 'Maximum bytes of the request line and all headers together; longer ones get 431',
  }),
  headersMaxLines: setting({
    env: 'HEADERS_MAX_LINES',
    // Where it does not listen by itself, Node drops the headers after the first thousand.
    form: integer(20, 999),
    default: 900,
    doc: 'Maximum number of header lines of a request; more get 431',
  }),
  headersTimeoutSeconds: setting({
    env: 'HEADERS_TIMEOUT_SECONDS',
    form: integer(1, 3600),
    default: 15,
    doc: 'Seconds that the headers of a request may take to arrive before 408',
  }),
  requestTimeoutSeconds: setting({
    env: 'REQUEST_TIMEOUT_SECONDS',
    form: integer(1, 3600),
    default: 60,
    doc: 'Seconds that a whole request may take to arrive before its connection is closed',
    more: 'It counts at least as long as `HEADERS_TIMEOUT_SECONDS`.',
  }),
  shutdownDelaySeconds: setting({
    env: 'SHUTDOWN_DELAY_SECONDS',
    form: integer(0, 300),
    default: 0,
    doc: 'Seconds after `SIGTERM` in which the server still serves and `/health/ready` already answers 503',
    more: 'Give balancers time to notice: a little more than the interval of their checks. The nine seconds begin after it.',
  }),
  tlsCertFile: setting({
    env: 'TLS_CERT_FILE',
    form: FILE_FORM,
    doc: 'PEM file of a certificate with its chain: the server then answers HTTPS only',
    more: 'It needs `TLS_KEY_FILE`, holds for `VERIFY_PORT` too, and is read again when it changes.',
  }),
  tlsKeyFile: setting({
    env: 'TLS_KEY_FILE',
    form: FILE_FORM,
    doc: 'PEM file of the private key of `TLS_CERT_FILE`',
  }),
});
