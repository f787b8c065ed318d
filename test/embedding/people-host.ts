/** A host with people and sessions of its own, whose sign-in opens the administration. */
import type { NestExpressApplication } from '@nestjs/platform-express';
import {
  AccountService,
  CanvusModule,
  CloudflareModule,
  ConsoleModule,
  DataPlaneModule,
  HostSignIn,
  HostUserDirectory,
  LatchkeyApiModule,
  LatchkeyModule,
  SYSTEM,
  TokensApi,
  UserDirectory,
  UserNumbers,
  type HostAnswer,
  type HostRequest,
  type HostUser,
  type LatchkeyApiOptions,
} from '../../src/index.js';
import type { Engine } from '../../src/persistence/index.js';
import { createDatabase } from '../support/engines.js';
import { send, type Reply } from '../support/http.js';
import { startHost, type Host } from '../support/shop.js';
import { addressOf } from './support.js';

/** In memory, as a directory elsewhere would be. */
export class PeopleOfShop extends HostUserDirectory {
  readonly people = new Map<string, HostUser>();

  findUser(id: string): Promise<HostUser | null> {
    return Promise.resolve(this.people.get(id) ?? null);
  }

  findUserByEmail(email: string): Promise<HostUser | null> {
    return Promise.resolve([...this.people.values()].find((user) => user.email === email.toLowerCase()) ?? null);
  }
}

/** Sessions by a cookie of the host, or by a text in the place of a JWT. */
export class SignInOfShop extends HostSignIn {
  override readonly name = 'Shop';
  override readonly signInUrl = '/login?next={return_to}';
  override readonly signOutUrl: string = '/logout';
  readonly sessions = new Map<string, HostAnswer>();
  /** What it does in the place of an answer. */
  fault: (() => Promise<never>) | undefined;
  asked = 0;

  signedIn({ headers: { cookie = '', authorization = '' } }: HostRequest): HostAnswer | Promise<HostAnswer> {
    this.asked += 1;
    if (this.fault) return this.fault();
    const session = /shop_session=([^;]+)/.exec(cookie)?.[1] ?? /^Bearer (jwt\..+)$/.exec(authorization)?.[1];
    return session === undefined ? null : this.sessions.get(session);
  }
}

/** What a test of such a host works with. */
export interface PeopleHost extends Host {
  readonly signIn: SignInOfShop;
  readonly directory: PeopleOfShop;
  readonly tokens: TokensApi;
  /** A user whose session has their id as its name. */
  add(id: string, more?: Partial<HostUser>): HostUser;
  /** A call of Latchkey's own API by the session of somebody, as a page of the host sends it. */
  as(id: string, method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Reply>;
  addAccount(name: string, id: string): Promise<void>;
}

export const API = '/admin/api';

/** With the vendors' dialects, and the console at `/admin/console`. */
export async function startPeopleHost(
  engine: Engine,
  options: LatchkeyApiOptions = {},
  settle?: (app: NestExpressApplication) => void,
): Promise<PeopleHost> {
  const database = await createDatabase(engine);
  const signIn = new SignInOfShop();
  const latchkey = LatchkeyModule.forRoot({
    database: addressOf(database),
    bcryptCost: 4,
    providers: [
      {
        provide: UserDirectory,
        useFactory: (numbers: UserNumbers) => new PeopleOfShop(numbers),
        inject: [UserNumbers],
      },
    ],
  });
  const host = await startHost(
    {
      imports: [
        latchkey,
        LatchkeyApiModule.forRoot({ ...options, path: API, imports: [latchkey], signIn }),
        CloudflareModule.forRoot({ imports: [latchkey] }),
        CanvusModule.forRoot({ imports: [latchkey] }),
        DataPlaneModule.forRoot({ path: '/tokens', imports: [latchkey] }),
        ConsoleModule.forRoot({ path: '/admin/console', api: API }),
      ],
    },
    settle,
  );
  const directory = host.app.get<PeopleOfShop>(UserDirectory);
  return {
    ...host,
    signIn,
    directory,
    tokens: host.app.get(TokensApi),
    add: (id, more) => {
      const email = `${id.slice(0, 8)}@shop.example`;
      const user: HostUser = { id, email, name: `Person ${id.slice(0, 4)}`, admin: false, status: 'active', ...more };
      directory.people.set(id, user);
      signIn.sessions.set(id, id);
      return user;
    },
    as: async (id, method, path, body, headers = {}) => {
      const cookie = { Cookie: `shop_session=${id}` };
      const isRead = method === 'GET';
      const csrf = isRead ? {} : { 'Latchkey-CSRF': await csrfOf(host, id) };
      const type = body ? { 'Content-Type': 'application/json' } : {};
      return send(host.baseUrl, method, `${API}${path}`, {
        headers: { ...cookie, ...csrf, ...type, 'Sec-Fetch-Site': 'same-origin', ...headers },
        ...(body && { body: JSON.stringify(body) }),
      });
    },
    addAccount: async (name, id) => {
      await host.app.get(AccountService).create(SYSTEM, name, { id });
    },
    close: async () => {
      await host.close();
      await database.drop();
    },
  };
}

async function csrfOf({ baseUrl }: Host, id: string): Promise<string> {
  const me = await send(baseUrl, 'GET', `${API}/me`, { headers: { Cookie: `shop_session=${id}` } });
  return me.json<{ csrf_token?: string }>().csrf_token ?? 'none';
}
