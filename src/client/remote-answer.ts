/** Reads the answers of `/verify`. */
import type { IncomingHttpHeaders } from 'node:http';

/** Whom the server has admitted. */
export interface RemotePrincipal {
  readonly tokenId: string;
  /** For example `service_token`. */
  readonly kind: string;
  readonly name: string;
  /** 32 hex characters; `null` for tokens of users. */
  readonly accountId: string | null;
  /** `null` for tokens of services. */
  readonly userId: string | null;
  readonly expiresAt: Date | null;
  /** The scopes that the token holds; none if it has no scopes. */
  readonly scopes: readonly string[];
  /** `previous` for the old secret during an overlap. */
  readonly matched: 'current' | 'previous';
  /** Signed, for applications of Cloudflare Access; `null` without one. */
  readonly assertion: string | null;
}

/** What the server has decided. `bypassed`: the application admits without a token. */
export type RemoteDecision =
  | { readonly outcome: 'admitted'; readonly principal: RemotePrincipal }
  | { readonly outcome: 'bypassed' }
  | { readonly outcome: 'unauthenticated'; readonly challenge: string | undefined }
  | { readonly outcome: 'forbidden'; readonly message: string; readonly challenge?: string | undefined }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number | undefined };

/** The server has not decided: it is not reached, does not answer in time, or answers something else. */
export class RemoteUnavailable extends Error {
  override readonly name = 'RemoteUnavailable';

  constructor(
    message: string,
    readonly retryAfterSeconds?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An answer as it was received. */
export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const NOT_THIS = 'check that its address is that of Latchkey, with the path of its data plane';

/** @throws RemoteUnavailable for an answer that is no decision: then nobody is admitted */
export function decisionIn({ status, headers, text }: Received): RemoteDecision {
  switch (status) {
    case 200:
      return admitted(headers);
    case 401:
      return { outcome: 'unauthenticated', challenge: headers['www-authenticate'] };
    case 403:
      return {
        outcome: 'forbidden',
        message: messageIn(text) ?? 'The token is valid, but not admitted here',
        challenge: headers['www-authenticate'],
      };
    case 429:
      return { outcome: 'throttled', retryAfterSeconds: secondsIn(headers) };
    case 400:
      throw new RemoteUnavailable(`Latchkey cannot read the policy: ${messageIn(text) ?? 'no reason is given'}`);
    case 503:
      throw new RemoteUnavailable('Latchkey cannot decide at the moment', secondsIn(headers));
    default:
      throw new RemoteUnavailable(`the server that should verify tokens answered ${String(status)}: ${NOT_THIS}`);
  }
}

function admitted(headers: IncomingHttpHeaders): RemoteDecision {
  const value = (name: string): string | undefined => {
    const given = headers[name];
    return typeof given === 'string' ? given : undefined;
  };
  const filled = (name: string): string | null => (value(name) === '' ? null : (value(name) ?? null));
  const [id, kind, matched] = ['id', 'kind']
    .map((part) => value(`latchkey-token-${part}`))
    .concat(value('latchkey-matched-secret'));
  if (id === undefined || kind === undefined || matched === undefined)
    throw new RemoteUnavailable(`the server that should verify tokens answered without an identity: ${NOT_THIS}`);
  if (id === '') return { outcome: 'bypassed' };
  const expiresAt = filled('latchkey-expires-at');
  const principal: RemotePrincipal = {
    tokenId: id,
    kind,
    name: decodeURIComponent(value('latchkey-token-name') ?? ''),
    accountId: filled('latchkey-account-id'),
    userId: filled('latchkey-user-id'),
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    scopes: (value('latchkey-scopes') ?? '').split(' ').filter((scope) => scope !== ''),
    matched: matched === 'previous' ? 'previous' : 'current',
    assertion: filled('cf-access-jwt-assertion'),
  };
  return { outcome: 'admitted', principal };
}

function secondsIn(headers: IncomingHttpHeaders): number | undefined {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}

function messageIn(text: string): string | undefined {
  try {
    const { message, error_description: description } = JSON.parse(text) as Record<string, unknown>;
    return [message, description].find((each): each is string => typeof each === 'string');
  } catch {
    return text.length > 0 && text.length < 500 ? text : undefined;
  }
}

/** For how long an answer may be kept, in milliseconds: what `Cache-Control` says, less the age of the answer. */
export function freshMsOf({ status, headers }: Received): number {
  const control = (headers['cache-control'] ?? '').toLowerCase();
  if (status !== 200 || /\bno-(store|cache)\b/.test(control)) return 0;
  const [, seconds = '0'] = /\bmax-age="?(\d+)/.exec(control) ?? [];
  return Math.max(0, Number(seconds) - Number(headers.age ?? 0)) * 1000;
}
