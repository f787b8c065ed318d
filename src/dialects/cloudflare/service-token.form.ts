/** The credential forms of service tokens: two headers, or one with JSON (docs/contracts/cloudflare.md §6.1). */
import {
  CHECKED_SECRET_PATTERN,
  Secret,
  isCheckedSecret,
  type CredentialForm,
  type CredentialReading,
} from '../../core/index.js';
import type { Options } from '../../settings/index.js';
import type { CLOUDFLARE_CREDENTIAL_SETTINGS } from './cloudflare.settings.js';

/** The kind of the tokens that this dialect issues. */
export const SERVICE_TOKEN_KIND = 'service_token';

/** 32 lower-case hex characters and `.access` (docs/contracts/cloudflare.md §2.1). */
export const CLIENT_ID_FORM = /^[0-9a-f]{32}\.access$/;

/** The vendor's own client secrets, which tokens have that were imported (docs/contracts/cloudflare.md §2.1). */
const FOREIGN_SECRET_FORM = /^[0-9a-f]{64}$/;

/** Members of the JSON object. */
const CLIENT_ID = 'cf-access-client-id';
const CLIENT_SECRET = 'cf-access-client-secret';

const SERVICE_TOKEN = {
  noun: 'service token',
  holder: 'services',
  kinds: [SERVICE_TOKEN_KIND],
  secretPattern: CHECKED_SECRET_PATTERN,
  isSecret: isCheckedSecret,
  exampleSecret: 'lkst_4YkVqmnJ2pXW0s8ZtR1cLhB6uDdEfGa9oNiQxMwT1b2e6d01',
  introspection: ({ handle }) => ({ client_id: handle }),
} satisfies CredentialForm;

/** The options of the forms. */
type FormOptions = Options<typeof CLOUDFLARE_CREDENTIAL_SETTINGS>;

export function serviceTokenForms({ jsonHeader }: FormOptions): CredentialForm[] {
  return jsonHeader === undefined ? [PAIR] : [PAIR, inJson(jsonHeader)];
}

const PAIR: CredentialForm = {
  ...SERVICE_TOKEN,
  inHeaders: {
    names: ['CF-Access-Client-Id', 'CF-Access-Client-Secret'],
    read: ([clientId, clientSecret]) => serviceToken(clientId, clientSecret),
    documentation: {
      headers: '`CF-Access-Client-Id` and `CF-Access-Client-Secret`',
      schemes: {
        'CF-Access-Client-Id': header(
          'CF-Access-Client-Id',
          'Client id of a service token. Send it together with the secret.',
        ),
        'CF-Access-Client-Secret': header(
          'CF-Access-Client-Secret',
          'Client secret of a service token. Send it together with the id.',
        ),
      },
    },
  },
  inNamedHeader: inJson,
  fromBasic: serviceToken,
};

/** In a header shared with another form, a value that begins like a JSON object is meant for this one. */
function inJson(name: string): CredentialForm {
  return {
    ...SERVICE_TOKEN,
    inHeaders: {
      names: [name],
      isConfigured: true,
      takes: (value, isShared) => !isShared || value.startsWith('{'),
      read: ([text = '']) => serviceTokenInJson(text),
    },
  };
}

/** Checks the format and, of secrets made here, the checksum first. */
function serviceToken(clientId: unknown, clientSecret: unknown): CredentialReading {
  if (typeof clientId !== 'string' || typeof clientSecret !== 'string') return 'incomplete';
  if (!CLIENT_ID_FORM.test(clientId) || !(isCheckedSecret(clientSecret) || FOREIGN_SECRET_FORM.test(clientSecret)))
    return 'malformed';
  return { kind: SERVICE_TOKEN_KIND, handle: clientId, secret: new Secret(clientSecret) };
}

/** The names must be in lower case, as the vendor requires. Serialising again reveals repeated members. */
function serviceTokenInJson(text: string): CredentialReading {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return 'malformed';
    if (JSON.stringify(value) !== text.replace(/[\t ]/g, '')) return 'incomplete';
    const { [CLIENT_ID]: id, [CLIENT_SECRET]: secret } = value as Record<string, unknown>;
    return serviceToken(id, secret);
  } catch {
    return 'malformed';
  }
}

function header(name: string, description: string) {
  return { type: 'apiKey', in: 'header', name, description } as const;
}
