/** The settings of assertions: who issues them, how long they live, and the keys that sign them. */
import { integer, setting, settingsTable, text } from '../settings/index.js';

/** `https://team.example.com`: scheme, host and perhaps a port, without a slash at the end. */
function isOrigin(value: string): boolean {
  try {
    const { protocol, origin } = new URL(value);
    return (protocol === 'https:' || protocol === 'http:') && origin === value;
  } catch {
    return false;
  }
}

/** Whether it stands for 32 bytes. */
function isKey(value: string): boolean {
  return keyBytes(value) !== undefined;
}

/** The 32 bytes that hex or base64 stands for; `undefined` if it is neither. */
export function keyBytes(value: string): Uint8Array | undefined {
  if (/^[0-9A-Fa-f]{64}$/.test(value)) return new Uint8Array(Buffer.from(value, 'hex'));
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(value) ? new Uint8Array(Buffer.from(value, 'base64')) : undefined;
}

/** Assertions, which applications check without asking this server. */
export const ASSERTION_SETTINGS = settingsTable(
  'Assertions',
  {
    issuer: setting({
      env: 'ASSERTION_ISSUER',
      form: text(isOrigin, 'the address of the team, without a slash at the end, for example https://team.example.com'),
      defaultText: 'the address that the server prints',
      doc: 'Issuer (`iss`) of assertions',
      more: 'It is the address at which applications read the keys, and is never taken from a request. Set it as soon as an application checks assertions.',
    }),
    lifeSeconds: setting({
      env: 'ASSERTION_SECONDS',
      form: integer(60, 300),
      default: 300,
      doc: 'Seconds for which an assertion is valid; a new one is signed before half of them have passed',
      more: 'An application that checks assertions by itself admits a revoked token for so long at most.',
    }),
    keyDays: setting({
      env: 'ASSERTION_KEY_DAYS',
      form: integer(1, 3650),
      default: 42,
      doc: 'Days for which a key signs',
      more: 'The next key is published as long before it signs, and at least a day; the previous one for 7 days after.',
    }),
    key: setting({
      env: 'ASSERTION_KEY',
      form: text(isKey, '32 random bytes in hex or base64, for example from `openssl rand -hex 32`', 'is not valid'),
      defaultText: 'none',
      secret: true,
      doc: '32 bytes in hex or base64 that encrypt the private keys in the database',
      more:
        'Better as a file: `ASSERTION_KEY_FILE`. Keys that are there already are encrypted at the next start. From then ' +
        'on the server does not start without it, so keep a copy apart from the database.',
    }),
  },
  ['ASSERTION_'],
);
