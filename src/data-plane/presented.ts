/** What a request presents: exactly one credential, in one of the headers that carry them, or nothing that counts. */
import { Secret, isCheckedSecret, isUserToken, type Credential } from '../core/index.js';

/** `conflicting` also says that a header came twice, or half a pair alone; `malformed` can belong to nobody. */
export type Presented =
  { readonly credential: Credential } | { readonly nothing: 'absent' | 'conflicting' | 'malformed' };

const ABSENT: Presented = { nothing: 'absent' };
const CONFLICTING: Presented = { nothing: 'conflicting' };
const MALFORMED: Presented = { nothing: 'malformed' };

/** Names of the headers that carry credentials. */
export const CREDENTIAL_HEADERS = [
  'Authorization',
  'CF-Access-Client-Id',
  'CF-Access-Client-Secret',
  'Private-Token',
] as const;

const CLIENT_ID = 'cf-access-client-id';
const CLIENT_SECRET = 'cf-access-client-secret';
const PRIVATE_TOKEN = 'private-token';
const AUTHORIZATION = 'authorization';

/** RFC 6750 §2.1; other schemes are none of ours. */
const BEARER = /^Bearer +(\S+)$/i;
const BEARER_SCHEME = /^Bearer(?: |$)/i;

/** Contract cloudflare §2.1. */
const CLIENT_ID_FORM = /^[0-9a-f]{32}\.access$/;

const KIND = 'service_token';

/** Reads credentials from the headers as they came, so that none that is there twice goes unseen. */
export class CredentialReader {
  private readonly jsonHeader: string | undefined;
  private readonly lengths: ReadonlySet<number>;

  /** @param jsonHeader - name of a header that may hold a service token as JSON */
  constructor(jsonHeader?: string) {
    this.jsonHeader = jsonHeader?.toLowerCase();
    const names = [CLIENT_ID, CLIENT_SECRET, PRIVATE_TOKEN, AUTHORIZATION, this.jsonHeader ?? ''];
    this.lengths = new Set(names.map(({ length }) => length));
  }

  /** @param rawHeaders - names and values in turn, as `IncomingMessage.rawHeaders` has them */
  read(rawHeaders: readonly string[]): Presented {
    const found = this.credentialHeaders(rawHeaders);
    if (!found) return CONFLICTING;
    const { clientId, clientSecret, privateToken, authorization, json } = found;
    const bearer = authorization !== undefined && BEARER_SCHEME.test(authorization);
    const isPair = clientId !== undefined || clientSecret !== undefined;
    const forms = Number(isPair) + Number(privateToken !== undefined) + Number(bearer) + Number(json !== undefined);
    if (forms === 0) return ABSENT;
    if (forms > 1) return CONFLICTING;
    if (privateToken !== undefined) return userToken(privateToken);
    if (bearer) return userToken(BEARER.exec(authorization)?.[1] ?? '');
    return json === undefined ? serviceToken(clientId, clientSecret) : serviceTokenInJson(json);
  }

  /** `undefined` when one is there twice. */
  private credentialHeaders(rawHeaders: readonly string[]): Found | undefined {
    const found: Found = {};
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const name = rawHeaders[at] ?? '';
      if (!this.lengths.has(name.length)) continue;
      const value = rawHeaders[at + 1] ?? '';
      const member = this.memberOf(name.toLowerCase(), value);
      if (!member) continue;
      if (found[member] !== undefined) return undefined;
      found[member] = value;
    }
    return found;
  }

  private memberOf(name: string, value: string): keyof Found | undefined {
    // An Authorization header can hold either form.
    if (name === this.jsonHeader && (name !== AUTHORIZATION || value.startsWith('{'))) return 'json';
    switch (name) {
      case CLIENT_ID:
        return 'clientId';
      case CLIENT_SECRET:
        return 'clientSecret';
      case PRIVATE_TOKEN:
        return 'privateToken';
      case AUTHORIZATION:
        return 'authorization';
      default:
        return undefined;
    }
  }
}

interface Found {
  clientId?: string;
  clientSecret?: string;
  privateToken?: string;
  authorization?: string;
  json?: string;
}

function userToken(text: string): Presented {
  return isUserToken(text) ? { credential: { secret: new Secret(text) } } : MALFORMED;
}

/** A service token by its two halves; format and checksum are looked at before anything else. */
export function serviceToken(clientId: unknown, clientSecret: unknown): Presented {
  if (typeof clientId !== 'string' || typeof clientSecret !== 'string') return CONFLICTING;
  if (!CLIENT_ID_FORM.test(clientId) || !isCheckedSecret(clientSecret)) return MALFORMED;
  return { credential: { kind: KIND, handle: clientId, secret: new Secret(clientSecret) } };
}

/** The names are lower case, as the vendor wants them. */
function serviceTokenInJson(text: string): Presented {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return MALFORMED;
    const { [CLIENT_ID]: id, [CLIENT_SECRET]: secret } = value as Record<string, unknown>;
    return serviceToken(id, secret);
  } catch {
    return MALFORMED;
  }
}
