/** Reads what a request presents: exactly one credential, in one of the headers that carry them, or nothing that counts. */
import { Secret, isCheckedSecret, isUserToken, type Credential } from '../core/index.js';

/** `conflicting` also says that a header came twice, or half a pair alone; `malformed` can belong to nobody. */
export type PresentedCredential =
  { readonly credential: Credential } | { readonly reason: 'missing' | 'conflicting' | 'malformed' };

const MISSING: PresentedCredential = { reason: 'missing' };
const CONFLICTING: PresentedCredential = { reason: 'conflicting' };
const MALFORMED: PresentedCredential = { reason: 'malformed' };

type Part = 'clientId' | 'clientSecret' | 'privateToken' | 'authorization' | 'json';
type Found = Partial<Record<Part, string>>;

/** The headers that carry credentials, and what each holds. */
const HEADERS: Readonly<Record<string, Part>> = {
  Authorization: 'authorization',
  'CF-Access-Client-Id': 'clientId',
  'CF-Access-Client-Secret': 'clientSecret',
  'Private-Token': 'privateToken',
};

/** Members of the JSON form. */
const CLIENT_ID = 'cf-access-client-id';
const CLIENT_SECRET = 'cf-access-client-secret';

/** RFC 6750 §2.1; other schemes are none of ours. */
const BEARER = /^Bearer +(\S+)$/i;
/** Nothing that belongs to the name of a scheme (RFC 9110 §5.6.2) follows. */
const BEARER_SCHEME = /^Bearer(?![\w!#$%&'*+.^`|~-])/i;

/** Contract cloudflare §2.1. */
const CLIENT_ID_FORM = /^[0-9a-f]{32}\.access$/;

const KIND = 'service_token';

/** Names and values: of more headers than half of it, Node leaves out the last, and a second credential with them. */
const RAW_HEADERS_MAX = 2000;

/** Names of the headers that carry credentials, each once. */
export function credentialHeaders(jsonHeader?: string): readonly string[] {
  const names = Object.keys(HEADERS);
  const isNew = !names.some((name) => name.toLowerCase() === jsonHeader?.toLowerCase());
  return jsonHeader !== undefined && isNew ? [...names, jsonHeader] : names;
}

/** Reads credentials from the headers as they came, so that none that is there twice goes unseen. */
export class CredentialReader {
  private readonly parts: ReadonlyMap<string, Part>;
  private readonly lengths: ReadonlySet<number>;
  private readonly jsonPart: Part | undefined;

  /** @param jsonHeader - name of a header that may hold a service token as JSON */
  constructor(jsonHeader?: string) {
    const names = credentialHeaders(jsonHeader);
    this.parts = new Map(names.map((name) => [name.toLowerCase(), HEADERS[name] ?? 'json']));
    this.lengths = new Set(names.map(({ length }) => length));
    this.jsonPart = jsonHeader === undefined ? undefined : this.parts.get(jsonHeader.toLowerCase());
  }

  /** @param rawHeaders - names and values in turn, as `IncomingMessage.rawHeaders` has them */
  read(rawHeaders: readonly string[]): PresentedCredential {
    const found = rawHeaders.length < RAW_HEADERS_MAX && this.credentialHeaders(rawHeaders);
    if (!found) return CONFLICTING;
    const { clientId, clientSecret, privateToken, authorization, json } = found;
    const bearer = authorization !== undefined && BEARER_SCHEME.test(authorization);
    const isPair = clientId !== undefined || clientSecret !== undefined;
    const forms = Number(isPair) + Number(privateToken !== undefined) + Number(bearer) + Number(json !== undefined);
    if (forms === 0) return MISSING;
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
      const part = this.parts.get(name.toLowerCase());
      if (!part) continue;
      if (found[part] !== undefined) return undefined;
      found[part] = rawHeaders[at + 1] ?? '';
    }
    return this.jsonPart ? withJson(this.jsonPart, found) : found;
  }
}

/** A header that carries credentials anyway can hold either form. */
function withJson(part: Part, { [part]: value, ...others }: Found): Found {
  return { ...others, ...(value !== undefined && { [value.startsWith('{') ? 'json' : part]: value }) };
}

function userToken(text: string): PresentedCredential {
  return isUserToken(text) ? { credential: { secret: new Secret(text) } } : MALFORMED;
}

/** A service token by its two halves; format and checksum are looked at before anything else. */
export function serviceToken(clientId: unknown, clientSecret: unknown): PresentedCredential {
  if (typeof clientId !== 'string' || typeof clientSecret !== 'string') return CONFLICTING;
  if (!CLIENT_ID_FORM.test(clientId) || !isCheckedSecret(clientSecret)) return MALFORMED;
  return { credential: { kind: KIND, handle: clientId, secret: new Secret(clientSecret) } };
}

/** The names are lower case, as the vendor wants them; what is there twice does not come out as it went in. */
function serviceTokenInJson(text: string): PresentedCredential {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return MALFORMED;
    if (JSON.stringify(value) !== text.replace(/[\t ]/g, '')) return CONFLICTING;
    const { [CLIENT_ID]: id, [CLIENT_SECRET]: secret } = value as Record<string, unknown>;
    return serviceToken(id, secret);
  } catch {
    return MALFORMED;
  }
}
