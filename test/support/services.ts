/** The services of a running server, for guarantees that no API shows, and builders that use them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import {
  EventBus,
  HashingService,
  SYSTEM,
  TokenListing,
  TokenService,
  UnitOfWork,
  Verifier,
  type NewToken,
  type Secret,
} from '../../src/core/index.js';
import { PersonalToken, SessionService, UserService } from '../../src/identity/index.js';
import type { Engine } from '../../src/persistence/index.js';
import { startServer, type TestServer } from './test-server.js';

export interface Services {
  readonly events: EventBus;
  readonly hashing: HashingService;
  readonly sessions: SessionService;
  readonly tokens: TokenService;
  readonly listing: TokenListing;
  readonly unitOfWork: UnitOfWork;
  readonly users: UserService;
  readonly verifier: Verifier;
}

export function servicesOf({ app }: TestServer): Services {
  return {
    events: app.get(EventBus),
    hashing: app.get(HashingService),
    sessions: app.get(SessionService),
    tokens: app.get(TokenService),
    listing: app.get(TokenListing),
    unitOfWork: app.get(UnitOfWork),
    users: app.get(UserService),
    verifier: app.get(Verifier),
  };
}

/** What a suite shares; available in hooks and tests, not while the suite is being defined. */
export interface Shared {
  readonly server: TestServer;
  readonly services: Services;
}

/** One server for the tests of a suite: started before them, and closed after them. */
export function sharedServer(engine: Engine): Shared {
  let running: Shared | undefined;
  const shared = (): Shared => {
    if (!running) throw new Error('the server runs in hooks and tests only');
    return running;
  };
  beforeAll(async () => {
    const server = await startServer(engine);
    running = { server, services: servicesOf(server) };
  });
  afterAll(() => running?.server.close());
  return {
    get server() {
      return shared().server;
    },
    get services() {
      return shared().services;
    },
  };
}

/** A personal token that fits the schema, of the administrator by default. */
export function newToken(
  { hashing }: Pick<Services, 'hashing'>,
  secret: Secret,
  values: Partial<NewToken<PersonalToken>> = {},
): NewToken<PersonalToken> {
  return { handle: randomUUID(), label: 'a token', userId: 1000, digest: hashing.digest(secret), ...values };
}

export async function issueToken(
  services: Services,
  values: Partial<NewToken<PersonalToken>> = {},
): Promise<{ token: PersonalToken; secret: Secret }> {
  const secret = services.hashing.newSecret();
  const token = await services.unitOfWork.write(SYSTEM, (tx) =>
    services.tokens.issue(tx, PersonalToken, newToken(services, secret, values)),
  );
  return { token, secret };
}
