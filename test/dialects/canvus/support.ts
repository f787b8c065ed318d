/** Actors and builders for the Canvus dialect: everybody speaks HTTP. */
import { send, type Call, type Reply } from '../../support/http.js';
import { ADMIN, type TestServer } from '../../support/test-server.js';

export interface User {
  admin: boolean;
  approved: boolean;
  blocked: boolean;
  created_at: string;
  email: string;
  id: number;
  last_login: string;
  name: string;
  state: string;
}

export interface AccessToken {
  created_at: string;
  description: string;
  id: string;
}

export type CreatedAccessToken = AccessToken & { plain_token: string };

/** Somebody who calls the API; bodies are sent as real clients send them, JSON without a content type of that name. */
export class Actor {
  constructor(
    private readonly server: TestServer,
    readonly token?: string,
  ) {}

  get(path: string, call: Call = {}): Promise<Reply> {
    return this.send('GET', path, undefined, call);
  }

  post(path: string, body?: unknown, call: Call = {}): Promise<Reply> {
    return this.send('POST', path, body, call);
  }

  patch(path: string, body?: unknown, call: Call = {}): Promise<Reply> {
    return this.send('PATCH', path, body, call);
  }

  delete(path: string, call: Call = {}): Promise<Reply> {
    return this.send('DELETE', path, undefined, call);
  }

  /** @param body - sent as it is when a string or bytes, as JSON otherwise */
  send(method: string, path: string, body?: unknown, call: Call = {}): Promise<Reply> {
    const text = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const headers = {
      ...(this.token !== undefined && { 'Private-Token': this.token }),
      ...(text !== undefined && { 'Content-Type': 'application/x-www-form-urlencoded' }),
      ...(call.headers as Record<string, string> | undefined),
    };
    return send(this.server.baseUrl, method, `/api/v1${path}`, { headers, ...(text !== undefined && { body: text }) });
  }
}

/** A user with a password of his own, and an actor who holds one of his tokens. */
export interface Person {
  readonly user: User;
  readonly email: string;
  readonly password: string;
  readonly actor: Actor;
}

let counter = 0;

export function actors(server: TestServer): {
  anonymous: Actor;
  admin: Actor;
  holder: (token: string) => Actor;
  person: (fields?: Record<string, unknown>) => Promise<Person>;
  token: (userId: number, description?: string) => Promise<CreatedAccessToken>;
} {
  const admin = new Actor(server, ADMIN.token);
  const holder = (token: string): Actor => new Actor(server, token);
  const token = async (userId: number, description = 'a token'): Promise<CreatedAccessToken> =>
    (await admin.post(`/users/${String(userId)}/access-tokens`, { description })).json<CreatedAccessToken>();
  const person = async (fields: Record<string, unknown> = {}): Promise<Person> => {
    counter += 1;
    const email = `person-${String(counter)}@example.com`;
    const password = `password of ${String(counter)}`;
    const user = (
      await admin.post('/users', { email, password, name: `Person ${String(counter)}`, ...fields })
    ).json<User>();
    const { plain_token: plain } = await token(user.id);
    return { user, email, password, actor: holder(plain) };
  };
  return { anonymous: new Actor(server), admin, holder, person, token };
}
