/** Logins of the console: what is in their cookie, and when they end (docs/contracts/latchkey.md §3). */
import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Clock, HashingService, Secret, UnitOfWork, isUserToken, type Origin } from '../../../core/index.js';
import {
  Authenticator,
  ProviderLogins,
  SessionService,
  SessionToken,
  USER_AUDIENCE,
  type AdmissionRules,
  type LoginOptions,
  type OpenedSession,
  type Principal,
  type ProviderPerson,
  type User,
} from '../../../identity/index.js';
import type { Values } from '../../../settings/index.js';
import { LATCHKEY_API_OPTIONS } from '../latchkey.options.js';
import type { LATCHKEY_API_SETTINGS } from '../latchkey.settings.js';

/** Logins with this audience are accepted in the cookie only. */
const CONSOLE_AUDIENCE = 'console';

const COOKIE = 'latchkey_console';

const MINUTE_MS = 60_000;
const HOUR_SECONDS = 3600;

@Injectable()
export class ConsoleLogins {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly hashing: HashingService,
    private readonly authenticator: Authenticator,
    private readonly sessions: SessionService,
    private readonly providers: ProviderLogins,
    @Inject(LATCHKEY_API_OPTIONS) private readonly options: Values<typeof LATCHKEY_API_SETTINGS>,
  ) {}

  /** @throws DomainError `invalid_login`, `throttled`, `unavailable` */
  byPassword(email: string, password: Secret, origin: Origin): Promise<OpenedSession> {
    const isAllowed = (user: User): Promise<boolean> =>
      Promise.resolve(user.admin || this.options.passwordLogin === 'everyone');
    return this.sessions.login(email, password, { ...this.loginOptions(origin), isAllowed });
  }

  /**
   * @param authenticate - asks the provider who it is
   * @throws DomainError, also `SignInRefused`
   */
  byProvider(
    authenticate: () => Promise<ProviderPerson>,
    rules: AdmissionRules,
    origin: Origin,
  ): Promise<OpenedSession> {
    return this.providers.login(authenticate, rules, this.loginOptions(origin));
  }

  /**
   * @param token - a personal token, or a login that is accepted wherever those are
   * @throws DomainError `invalid_login`, `throttled`, `unavailable`
   */
  byToken(token: string, origin: Origin): Promise<OpenedSession> {
    return this.sessions.exchange(token, { ...this.loginOptions(origin), exchangedFrom: USER_AUDIENCE });
  }

  /** Whose login it is; `undefined` if it has ended. */
  async authenticate(cookie: Secret, origin: Origin): Promise<Principal | undefined> {
    // Looked at before this use of it is noted.
    if (await this.isIdle(cookie)) return undefined;
    const found = await this.authenticator.authenticateLogin(cookie.reveal(), [CONSOLE_AUDIENCE], origin);
    return found.status === 'authenticated' ? found.principal : undefined;
  }

  /** Ends the login of the caller; personal tokens stay valid. */
  async end(caller: Principal): Promise<void> {
    await this.sessions.logout(caller, CONSOLE_AUDIENCE);
  }

  private loginOptions(origin: Origin): LoginOptions {
    const lifetimeSeconds = this.options.consoleLoginHours * HOUR_SECONDS;
    return { ...origin, audience: CONSOLE_AUDIENCE, lifetimeSeconds };
  }

  private async isIdle(cookie: Secret): Promise<boolean> {
    const login = await this.unitOfWork.read((manager) =>
      manager.findOneBy(SessionToken, { secretDigest: this.hashing.digest(cookie), audience: CONSOLE_AUDIENCE }),
    );
    if (!login) return true;
    const lastUse = (login.lastSeenAt ?? login.createdAt).getTime();
    return this.clock.now().getTime() - lastUse >= this.options.consoleIdleMinutes * MINUTE_MS;
  }
}

/** The cookie of a request; `undefined` if there is none, or several of which it is not clear which is meant. */
export function cookieOf(request: Pick<Request, 'headers'>): Secret | undefined {
  const value = onlyCookie(request, COOKIE);
  return value !== undefined && isUserToken(value) ? new Secret(value) : undefined;
}

/** The value of the cookie with a name; `undefined` if there is none, or several. */
export function onlyCookie({ headers: { cookie = '' } }: Pick<Request, 'headers'>, name: string): string | undefined {
  const values = cookie
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/** It ends with the browser at the latest. Only requests of pages of this site have it, and no script can read it. */
export function setCookie(response: Response, secret: Secret): void {
  response.cookie(COOKIE, secret.reveal(), attributesOf(response));
}

export function clearCookie(response: Response): void {
  response.clearCookie(COOKIE, attributesOf(response));
}

function attributesOf({ req }: Response) {
  return { httpOnly: true, sameSite: 'strict', path: '/', secure: req.secure } as const;
}
