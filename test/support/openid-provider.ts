/** A certified OpenID provider on this machine, at which anybody signs in by their name, and whose answers can be spoilt. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, decodeJwt, exportJWK, generateKeyPair, type CryptoKey, type JWTPayload } from 'jose';
import type { Configuration, Provider } from 'oidc-provider';
import { closeLater } from './closing.js';

export const CLIENT = { id: 'latchkey', secret: 'a-secret-of-the-client-at-the-provider-0123456789' };

/** Another site than that of the tests' servers, which are at 127.0.0.1. */
const HOST = 'localhost';

/** What the provider says of somebody besides their subject. */
export interface ProviderAccount {
  readonly email?: string;
  readonly email_verified?: unknown;
  readonly name?: string;
  readonly groups?: unknown;
}

/** Changes the claims of an ID token before it is signed, or the whole signed token. */
export interface Spoiler {
  readonly claims?: (claims: JWTPayload) => JWTPayload;
  readonly token?: (token: string) => string;
  /** Signs with a key that the provider does not publish. */
  readonly isForeignKey?: boolean;
}

export interface TestProvider {
  readonly issuer: string;
  /** By their subjects. */
  readonly people: Map<string, ProviderAccount>;
  /** Of the next answers. */
  spoiler: Spoiler | undefined;
  /** Answers with this status instead, or not at all. */
  fault: number | 'hangs' | undefined;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** Settings of a server whose provider this is. */
  readonly settings: Record<string, string>;
  /**
   * Does what a browser does at the provider.
   * @param address - of the request for authorization
   * @param who - subject of whoever signs in, or `null` to cancel
   * @returns where the browser is sent back to
   */
  visit(address: string, who: string | null): Promise<URL>;
  stop(): Promise<void>;
  /** Serves again after {@link stop}. */
  resume(): Promise<void>;
}

export async function startProvider(more: Configuration = {}): Promise<TestProvider> {
  const server = createServer();
  const listen = (port: number): Promise<void> => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const issuer = `http://${HOST}:${String(port)}`;
  const [own, foreign] = await Promise.all([generateKeyPair('RS256', { extractable: true }), generateKeyPair('RS256')]);
  const people = new Map<string, ProviderAccount>();
  const key = { ...(await exportJWK(own.privateKey)), kid: 'own', alg: 'RS256', use: 'sig' };
  const provider = await quietly(async () => {
    const library = await import('oidc-provider');
    return new library.Provider(issuer, { ...configuration(people), jwks: { keys: [key] }, ...more });
  });
  // The address of the server is not known when the client is registered.
  Object.assign(provider.Client.prototype, {
    redirectUriAllowed: (uri: string) => uri.endsWith('/latchkey/v1/session/openid/callback'),
  });
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  closeLater(stop);
  const made: TestProvider = {
    issuer,
    people,
    spoiler: undefined,
    fault: undefined,
    asked: [],
    settings: { OPENID_ISSUER: issuer, OPENID_CLIENT_ID: CLIENT.id, OPENID_CLIENT_SECRET: CLIENT.secret },
    visit,
    stop,
    resume: () => listen(port),
  };
  provider.use(async (context, next) => {
    made.asked.push(context.path);
    if (made.fault === 'hangs') return new Promise<never>(() => undefined);
    if (made.fault !== undefined) {
      context.status = made.fault;
      return undefined;
    }
    const [, page, uid] = context.path.split('/');
    if (page === 'sign-in' && uid !== undefined) {
      if (context.method === 'GET') context.body = PAGE;
      else await finish(provider, context.req, context.res, (context.respond = false));
      return undefined;
    }
    await next();
    await spoil(context.body, made.spoiler, { own: own.privateKey, foreign: foreign.privateKey });
    return undefined;
  });
  server.on('request', (request, response) => void provider.callback()(request, response));
  return made;
}

/** The library warns of what does not matter here: of Node 20, and of data in memory. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { console: output } = globalThis;
  const warn = output.warn.bind(output);
  output.warn = () => undefined;
  try {
    return await work();
  } finally {
    output.warn = warn;
  }
}

const PAGE = `<!doctype html><title>Provider</title><h1>Provider</h1>
<form method="post"><label>Who are you? <input name="who"></label><button>Go on</button>
<button name="cancel" value="1">Cancel</button></form>`;

function configuration(people: ReadonlyMap<string, ProviderAccount>): Configuration {
  return {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: ['https://latchkey.example/latchkey/v1/session/openid/callback'],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    cookies: { keys: ['a key for cookies of the provider'] },
    pkce: { required: () => true },
    scopes: ['openid', 'email', 'profile', 'groups'],
    claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_, { uid }) => `/sign-in/${uid}` },
    loadExistingGrant: async ({ oidc }) => {
      const { Grant } = oidc.provider;
      const grant = new Grant({ clientId: oidc.client?.clientId, accountId: oidc.session?.accountId });
      grant.addOIDCScope('openid email profile groups');
      await grant.save();
      return grant;
    },
    ttl: { AuthorizationCode: 60, IdToken: 60, AccessToken: 60, Grant: 60, Interaction: 60, Session: 60 },
  };
}

async function finish(
  provider: Provider,
  request: IncomingMessage,
  response: Parameters<Provider['interactionFinished']>[1],
  _isAnswered: boolean,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const given = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
  const result = given.has('cancel')
    ? { error: 'access_denied', error_description: 'the person has cancelled' }
    : { login: { accountId: given.get('who') ?? '' } };
  await provider.interactionFinished(request, response, result);
}

/** Signs the ID token of an answer anew. */
async function spoil(
  body: unknown,
  spoiler: Spoiler | undefined,
  keys: { readonly own: CryptoKey; readonly foreign: CryptoKey },
): Promise<void> {
  const answer = typeof body === 'object' && body !== null ? (body as { id_token?: string }) : {};
  if (!spoiler || answer.id_token === undefined) return;
  const { claims = (same) => same, token = (same) => same, isForeignKey = false } = spoiler;
  const signed = new SignJWT(claims(decodeJwt(answer.id_token))).setProtectedHeader({ alg: 'RS256', kid: 'own' });
  answer.id_token = token(await signed.sign(isForeignKey ? keys.foreign : keys.own));
}

/** Follows the provider's redirects with its cookies, and fills in its form. */
async function visit(address: string, who: string | null): Promise<URL> {
  const { origin } = new URL(address);
  const cookies = new Map<string, string>();
  let [next, method]: [URL, 'GET' | 'POST'] = [new URL(address), 'GET'];
  for (let step = 0; step < 10; step += 1) {
    const response = await fetch(next, {
      method,
      redirect: 'manual',
      headers: { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(method === 'POST' && { body: new URLSearchParams(who === null ? { cancel: '1' } : { who }) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';', 1)[0]?.split('=') ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('Location');
    if (location === null) {
      if (response.status !== 200) throw new Error(`the provider says ${await response.text()}`);
      method = 'POST';
      continue;
    }
    [next, method] = [new URL(location, next), 'GET'];
    if (next.origin !== origin) return next;
  }
  throw new Error('the provider never sends back');
}
