/** Service tokens as credentials: two headers, or one that holds both halves as JSON (docs/contracts/cloudflare.md §6.1). */
import { Secret, isCheckedSecret, type CredentialForm, type CredentialReading } from '../../core/index.js';
import { CLIENT_ID_FORM } from './client-id.js';

/** Kind of the tokens that this dialect issues. */
export const SERVICE_TOKEN_KIND = 'service_token';

/** Members of the JSON form. */
const CLIENT_ID = 'cf-access-client-id';
const CLIENT_SECRET = 'cf-access-client-secret';

const SERVICE_TOKEN = {
  noun: 'service token',
  holder: 'services',
  kinds: [SERVICE_TOKEN_KIND],
  isSecret: isCheckedSecret,
  introspection: ({ handle }) => ({ client_id: handle }),
} satisfies CredentialForm;

/** What can be decided of the forms. */
export interface CloudflareCredentialOptions {
  /**
   * Name of a header that may hold a service token as a JSON object, `{"cf-access-client-id": …,
   * "cf-access-client-secret": …}`; none by default.
   */
  readonly jsonHeader?: string | undefined;
}

export function serviceTokenForms({ jsonHeader }: CloudflareCredentialOptions): CredentialForm[] {
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
        'Client id': header('CF-Access-Client-Id', 'Of a service token; its secret beside it.'),
        'Client secret': header('CF-Access-Client-Secret', 'Of a service token; its id beside it.'),
      },
    },
  },
  fromBasic: serviceToken,
};

/** A header that another form has as well holds this one if a JSON object begins in it. */
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

/** Format and checksum are looked at before anything else. */
function serviceToken(clientId: unknown, clientSecret: unknown): CredentialReading {
  if (typeof clientId !== 'string' || typeof clientSecret !== 'string') return 'incomplete';
  if (!CLIENT_ID_FORM.test(clientId) || !isCheckedSecret(clientSecret)) return 'malformed';
  return { kind: SERVICE_TOKEN_KIND, handle: clientId, secret: new Secret(clientSecret) };
}

/** The names are lower case, as the vendor wants them; what is there twice does not come out as it went in. */
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
