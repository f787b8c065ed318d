/** A server on which people have worked for some time: what the suites of the console find there. */
import { LastSeen } from '../../src/core/index.js';
import type { Engine } from '../../src/persistence/index.js';
import { builtConsole } from '../support/built-console.js';
import { send, type Reply } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';

/** Somebody who is not an administrator of the server. */
export const BOB = { name: 'Bob Builder', email: 'bob@example.com', password: 'a long enough password' };

interface Issued {
  readonly token: { readonly id: string; readonly name: string };
  readonly secret: { readonly client_id?: string; readonly client_secret?: string; readonly token?: string };
  readonly headers: Readonly<Record<string, string>>;
}

export interface Office {
  readonly server: TestServer;
  readonly bobId: string;
  /** Calls Latchkey's own API. @throws Error for an answer that is no success */
  readonly call: <T>(method: string, path: string, body?: object, token?: string) => Promise<T>;
  /** Asks `/verify` with these headers. @returns its status */
  readonly verify: (headers: Readonly<Record<string, string>>) => Promise<number>;
  readonly createServiceToken: (name: string, token?: string) => Promise<Issued>;
  /** Writes down what is known of last uses. */
  readonly writeUses: () => Promise<void>;
}

/** With an account whose administrator is Bob, who has a personal token and has created two service tokens. */
export async function openOffice(engine: Engine, env: Record<string, string> = {}): Promise<Office> {
  await builtConsole();
  const server = await startServer(engine, env);
  const call = async <T>(method: string, path: string, body?: object, token = ADMIN.token): Promise<T> => {
    const reply = await send(server.baseUrl, method, `/latchkey/v1${path}`, {
      headers: { Authorization: `Bearer ${token}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return successOf<T>(reply);
  };
  const createServiceToken = (name: string, token?: string): Promise<Issued> =>
    call('POST', '/tokens', { kind: 'service_token', account_id: ACCOUNT.id, name, duration: '8760h' }, token);
  const { user } = await call<{ user: { id: string } }>('POST', '/users', BOB);
  await call('POST', `/accounts/${ACCOUNT.id}/members`, { user_id: user.id, role: 'administrator' });
  const own = { kind: 'personal_token', owner_id: user.id, name: 'Laptop of Bob' };
  const { secret } = await call<Issued>('POST', '/tokens', own);
  for (const name of ['Deploy of Bob', 'Report of Bob']) await createServiceToken(name, secret.token);
  return {
    server,
    bobId: user.id,
    call,
    createServiceToken,
    verify: async (headers) => (await send(server.baseUrl, 'GET', '/verify', { headers })).status,
    writeUses: () => server.app.get(LastSeen).flush(),
  };
}

function successOf<T>(reply: Reply): T {
  if (reply.status >= 400) throw new Error(`${String(reply.status)} ${reply.text}`);
  return (reply.status === 204 ? undefined : reply.json()) as T;
}
