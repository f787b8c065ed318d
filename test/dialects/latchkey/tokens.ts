/** Tokens in suites of Latchkey's own API, and what has to be around them. */
import { Token } from '../../../src/core/index.js';
import { send } from '../../support/http.js';
import { ACCOUNT, ADMIN, type TestServer } from '../../support/test-server.js';
import { AS_ADMIN, ask, bearer } from './support.js';

export interface TokenBody {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly state: string;
  readonly version: number;
  readonly expires_at: string | null;
  readonly permissions: readonly string[];
  readonly overlap: {
    readonly started_at: string | null;
    readonly ends_at: string;
    readonly last_use: object | null;
  } | null;
  readonly account: { readonly id: string } | null;
  readonly owner: { readonly id: string } | null;
  readonly created_by: { readonly id: string; readonly name: string | null } | null;
}

export interface WithSecret {
  readonly token: TokenBody;
  readonly secret: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ListBody {
  readonly items: readonly TokenBody[];
  readonly next_cursor: string | null;
  readonly total: number | null;
}

async function cloudflare<T>({ baseUrl }: TestServer, path: string, body: object): Promise<T> {
  const reply = await send(baseUrl, 'POST', `/client/v4${path}`, { headers: AS_ADMIN, body: JSON.stringify(body) });
  if (reply.status > 201) throw new Error(reply.text);
  return reply.json<{ result: T }>().result;
}

/** An access token of the first account. */
export async function newAccessToken(server: TestServer): Promise<{ id: string; code: string }> {
  const post = async <T>(path: string, body: object): Promise<T> => {
    const reply = await send(server.baseUrl, 'POST', `/crmapi/rest/v2/${path}`, { body: JSON.stringify(body) });
    return reply.json<{ data: T }>().data;
  };
  const login = { username: ADMIN.email, password: ADMIN.password, organisation: ACCOUNT.id };
  const { token } = await post<{ token: string }>('authentication/token', login);
  const names = { identifier: `${String(Math.random())}@example.com`, pass_code: '12345' };
  const { authentication_code: code } = await post<{ authentication_code: string }>('access_tokens/create', {
    token,
    ...names,
  });
  const { id } = await server.dataSource.manager.findOneByOrFail(Token, { handle: code });
  return { id, code };
}

/** A policy of the first account that names a service token. */
export function newPolicy(server: TestServer, tokenId: string): Promise<unknown> {
  const include = [{ service_token: { token_id: tokenId } }];
  const policy = { name: 'A policy', decision: 'non_identity', include };
  return cloudflare(server, `/accounts/${ACCOUNT.id}/access/policies`, policy);
}

export interface Person {
  readonly id: string;
  readonly email: string;
  /** With a personal token. */
  readonly headers: Record<string, string>;
}

let people = 0;

/** A user with a personal token, and their roles by account. */
export async function newPerson(server: TestServer, roles: Readonly<Record<string, string>> = {}): Promise<Person> {
  const email = `person-${String((people += 1))}@example.com`;
  const made = await send(server.baseUrl, 'POST', '/api/v1/users', {
    headers: { 'Private-Token': ADMIN.token },
    body: JSON.stringify({ email, name: `Person ${String(people)}`, password: 'correct horse' }),
  });
  const id = String(made.json<{ id: number }>().id);
  for (const [account, role] of Object.entries(roles)) {
    await cloudflare(server, `/accounts/${account}/members`, { email, roles: [role] });
  }
  const body = { kind: 'personal_token', name: `Token of ${email}`, owner_id: id };
  const { secret } = (await ask(server, 'POST', '/tokens', { body })).json<WithSecret>();
  return { id, email, headers: bearer(secret.token ?? '') };
}

export async function newAccount(server: TestServer, name: string): Promise<string> {
  return (await cloudflare<{ id: string }>(server, '/accounts', { name })).id;
}
