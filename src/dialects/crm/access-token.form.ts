/**
 * The credential forms of access tokens: the authentication code, or identifier and pass code (docs/contracts/crm.md
 * §2.6). People choose them, so a rule has to name the kind and the organisation before they count.
 */
import type { EntityManager } from 'typeorm';
import { Secret, type CredentialForm, type CredentialReading, type NamedToken } from '../../core/index.js';
import { AccessToken } from './access-token.entity.js';
import { LOGIN_TOKEN_FORM } from './login-token.form.js';

const KIND = 'access_token';

const ACCESS_TOKEN = {
  noun: 'access token',
  holder: 'services',
  kinds: [KIND],
  belongsTo: 'account',
  // Generated codes look like login tokens; others like anything.
  secretPattern: LOGIN_TOKEN_FORM.secretPattern,
  isSecret: (text: string) => LOGIN_TOKEN_FORM.isSecret(text),
} satisfies CredentialForm;

/** RFC 6750 §2.1 with any printable ASCII: codes are what callers have chosen. */
const BEARER = /^Bearer +([\x21-\x7E]{1,255})$/i;
const BASIC = /^Basic +([A-Za-z0-9+/]+={0,2})$/i;
/** The scheme name must end here. */
const SCHEME = { bearer: /^Bearer(?: |$)/i, basic: /^Basic(?: |$)/i };

/** The authentication code, which is the handle of the token as well. */
export const CODE_FORM: CredentialForm = {
  ...ACCESS_TOKEN,
  inHeaders: {
    names: ['Authorization'],
    isUsedByApplications: true,
    takes: (value) => SCHEME.bearer.test(value),
    read: ([value = '']) => {
      const [, code] = BEARER.exec(value) ?? [];
      return code === undefined ? 'malformed' : { kind: KIND, handleScope: '', secret: new Secret(code) };
    },
    documentation: {
      headers: '`Authorization: Bearer` with the authentication code',
      schemes: {
        'Authentication-Code': {
          type: 'http',
          scheme: 'bearer',
          description:
            'Authentication code of an access token. The rule has to name `kind=access_token` and one account.',
        },
      },
    },
  },
};

/** Identifier and pass code (RFC 7617). */
export const PASS_CODE_FORM: CredentialForm = {
  ...ACCESS_TOKEN,
  named: { find: findNamed },
  inHeaders: {
    names: ['Authorization'],
    isUsedByApplications: true,
    takes: (value) => SCHEME.basic.test(value),
    read: ([value = '']) => identifierAndPassCode(BASIC.exec(value)?.[1] ?? ''),
    documentation: {
      headers: '`Authorization: Basic` with identifier and pass code',
      schemes: {
        'Identifier-And-Pass-Code': {
          type: 'http',
          scheme: 'basic',
          description:
            'Identifier and pass code of an access token. The rule has to name `kind=access_token` and one account.',
        },
      },
    },
  },
};

function identifierAndPassCode(base64: string): CredentialReading {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) return 'malformed';
  const [identifier, passCode] = [text.slice(0, colon), text.slice(colon + 1)];
  if (identifier.length > 255 || identifier.includes('\0')) return 'malformed';
  return { kind: KIND, handleScope: '', handle: identifier, secret: new Secret(passCode) };
}

async function findNamed(manager: EntityManager, accountId: string, identifier: string): Promise<NamedToken | null> {
  const token = await manager
    .createQueryBuilder(AccessToken, 'token')
    .addSelect('token.passCodeHash')
    .where({ accountId, identifier })
    .getOne();
  if (!token) return null;
  const { passCodeHash = null, ...shown } = token;
  return { token: Object.freeze(shown as AccessToken), passwordHash: passCodeHash };
}
