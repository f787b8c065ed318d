/** How each kind of variable is written. */
import { isIP } from 'node:net';
import { isEmail } from 'class-validator';
import { Fault, type Parser } from './fault-collector.js';

export function wholeNumber(min: number, max: number): Parser<number> {
  return (text) => {
    const value = Number(text);
    const fits = /^\d{1,9}$/.test(text) && value >= min && value <= max;
    return fits ? value : new Fault(`is "${text}"; give a whole number from ${String(min)} to ${String(max)}`);
  };
}

export function oneOf<const T extends string>(...choices: T[]): Parser<T> {
  return (text) =>
    choices.find((choice) => choice === text) ?? new Fault(`is "${text}"; give one of ${choices.join(', ')}`);
}

export const logFormat = oneOf('pretty', 'json');

export const yesOrNo: Parser<boolean> = (text) => {
  const value = oneOf('true', 'false')(text);
  return value instanceof Fault ? value : value === 'true';
};

export const hostName: Parser<string> = (text) =>
  isIP(text) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text)
    ? text
    : new Fault(`is "${text}"; give the address or host name to listen on, for example 127.0.0.1 or 0.0.0.0`);

/** RFC 9110 §5.6.2. */
export const headerName: Parser<string> = (text) =>
  /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(text)
    ? text
    : new Fault(`is "${text}"; give the name of a header, for example Authorization`);

const NAMED_NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];

/** `false`, a number of proxies, or the networks they are in, as Express's `trust proxy` takes them. */
export const trustedProxies: Parser<false | number | string[]> = (text) => {
  if (text === 'false') return false;
  // Trusting everybody would let any caller choose his own address: one proxy is what people mean.
  if (text === 'true') return 1;
  if (/^\d{1,2}$/.test(text)) return Number(text) === 0 ? false : Number(text);
  const networks = text.split(',').map((part) => part.trim());
  return networks.every(isNetwork)
    ? networks
    : new Fault(
        `is "${text}"; give false, the number of proxies in front of the server, or their addresses, ` +
          'for example 1 or 10.0.0.0/8,loopback',
      );
};

function isNetwork(text: string): boolean {
  if (NAMED_NETWORKS.includes(text)) return true;
  const [address = '', bits, more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  // Not /0: that would be everybody.
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** A parsed `DATABASE_URL`. */
export type ParsedDatabaseUrl =
  { readonly engine: 'sqlite'; readonly path: string } | { readonly engine: 'postgres'; readonly url: string };

/** Does not repeat the value: it may hold a password. */
export const databaseAddress: Parser<ParsedDatabaseUrl> = (text) => {
  const remedy = 'give sqlite:PATH, sqlite::memory: or postgres://USER:PASSWORD@HOST:PORT/DATABASE';
  if (text.startsWith('sqlite:')) {
    const path = text.slice('sqlite:'.length);
    if (path === '' || path.includes('\0')) return new Fault(`names no file; ${remedy}`);
    if (path.startsWith('//')) return new Fault(`has slashes before the path; ${remedy}, without slashes of its own`);
    return { engine: 'sqlite', path };
  }
  if (!/^postgres(ql)?:\/\//.test(text)) return new Fault(`is of no kind that Latchkey knows; ${remedy}`);
  if (!URL.canParse(text)) return new Fault(`is not a valid address; ${remedy}`);
  return { engine: 'postgres', url: text };
};

export const emailAddress: Parser<string> = (text) =>
  text.length <= 254 && isEmail(text, { require_tld: false })
    ? text
    : new Fault(`is "${text}"; give an e-mail address of at most 254 characters`);

/** Does not repeat the value. */
export const password: Parser<string> = (text) =>
  Buffer.byteLength(text) <= 72 && !text.includes('\0')
    ? text
    : new Fault('is too long: bcrypt reads 72 bytes and no NUL; give a shorter password');

/** Does not repeat the value. */
export const userToken: Parser<string> = (text) =>
  /^[A-Za-z0-9_-]{43}$/.test(text)
    ? text
    : new Fault(
        'is not a token; give 43 base64url characters (32 random bytes), ' +
          `for example from: node -p "crypto.randomBytes(32).toString('base64url')"`,
      );

export const accountId: Parser<string> = (text) =>
  /^[0-9a-f]{32}$/.test(text) ? text : new Fault(`is "${text}"; give 32 lower-case hex characters`);

export const plainName: Parser<string> = (text) =>
  text.length <= 255 && text.trim() !== '' && text.isWellFormed() && !text.includes('\0')
    ? text
    : new Fault('must be a name of 1 to 255 characters, not only spaces');

export const secretPrefix: Parser<string> = (text) =>
  /^[A-Za-z0-9]{1,15}_$/.test(text)
    ? text
    : new Fault(`is "${text}"; give up to 15 letters or digits and an underscore`);
