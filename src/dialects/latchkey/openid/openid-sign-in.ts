/** Signs people in to the console by OpenID Connect: sends them to the provider, and admits those who come back. */
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import type { Request, Response } from 'express';
import path from 'node:path';
import { Clock, DomainError, UserDirectory, errorSummary, type Origin, type Secret } from '../../../core/index.js';
import { DIALECT_PATH, mountPath, prefixOf } from '../../../http/index.js';
import {
  AccountService,
  LocalUserDirectory,
  ServerSettings,
  SignInRefused,
  accountsIn,
  type AdmissionRules,
} from '../../../identity/index.js';
import { OptionsError, type Values } from '../../../settings/index.js';
import { LATCHKEY_API_OPTIONS } from '../latchkey.options.js';
import { Problem } from '../latchkey.problems.js';
import type { LATCHKEY_API_SETTINGS } from '../latchkey.settings.js';
import { queryOf } from '../query/parameters.js';
import { ConsoleLogins } from '../session/console-logins.js';
import { SignInCookie } from './begun-sign-in.js';
import { OpenIdProvider, type ProviderSettings } from './openid-provider.js';
import { BEGINNING, CALLBACK } from './openid.settings.js';

const MINUTE_MS = 60_000;

/** The module that serves the console. */
export const CONSOLE = 'ConsoleModule';

/** What a configured provider is asked with. */
interface Configured {
  readonly settings: ProviderSettings;
  readonly provider: OpenIdProvider;
  readonly cookie: SignInCookie;
}

/** Where a browser goes on, and its login if it has one now. */
export interface Arrival {
  /** Relative to the address of the request. */
  readonly location: string;
  readonly secret?: Secret;
}

@Injectable()
export class OpenIdSignIn implements OnApplicationBootstrap {
  private readonly logger = new Logger('OpenID Connect');
  private readonly configured: Configured | undefined;

  constructor(
    private readonly logins: ConsoleLogins,
    private readonly accounts: AccountService,
    private readonly server: ServerSettings,
    private readonly users: UserDirectory,
    private readonly clock: Clock,
    private readonly host: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    @Inject(DIALECT_PATH) private readonly mount: string,
    @Inject(LATCHKEY_API_OPTIONS) { openid }: Values<typeof LATCHKEY_API_SETTINGS>,
  ) {
    this.configured = configuredBy(openid);
  }

  /** @throws OptionsError where nobody could sign in by it */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.configured) return;
    if (!(this.users instanceof LocalUserDirectory)) {
      throw new OptionsError(
        'people cannot sign in by OpenID Connect (OPENID_ISSUER, openid.issuer) where the host has a UserDirectory of ' +
          'its own: sign them in by the host, and leave the issuer out',
      );
    }
    if (this.console === undefined) {
      throw new OptionsError(
        'people sign in by OpenID Connect (OPENID_ISSUER, openid.issuer) to the console, which is not served: set ' +
          'CONSOLE=on, in a host import ConsoleModule, or leave the issuer out',
      );
    }
    const { settings, provider } = this.configured;
    if (!settings.bindByEmail && !settings.createUsers) {
      this.logger.warn(
        'nobody new can sign in by OpenID Connect: set OPENID_BIND_BY_EMAIL for people who have a user, or ' +
          'OPENID_CREATE_USERS for those who have none',
      );
    }
    // The first start makes the account of ACCOUNT_ID after this.
    if (await this.accounts.hasAny()) await this.warnOfUnknownAccounts(settings);
    // The start does not wait for the provider.
    void provider.look();
  }

  /** The label of the button; `null` if people cannot sign in by it. */
  get label(): string | null {
    return this.configured?.settings.label ?? null;
  }

  /**
   * Begins a sign-in: sets the cookie, and returns where the browser has to go.
   * @param returnTo - where in the console to go on
   */
  async begin(request: Request, response: Response, returnTo: string): Promise<string> {
    const { provider, cookie } = this.required();
    try {
      const { url, begun } = await provider.departure(await this.redirectUrl(request));
      cookie.set(response, { ...begun, returnTo, at: this.clock.now().getTime() });
      return url;
    } catch (error) {
      return this.backWith(BEGINNING, returnTo, error);
    }
  }

  /** Ends a sign-in: whoever has come back is admitted, or learns why not on the sign-in page. */
  async finish(request: Request, response: Response, origin: Origin): Promise<Arrival> {
    const { settings, provider, cookie } = this.required();
    const begun = cookie.read(request, this.clock.now());
    cookie.clear(response);
    const returnTo = begun?.returnTo ?? '';
    const query = queryOf(request);
    const asked = begun?.state === query.get('state') ? begun : undefined;
    const rules: AdmissionRules = settings;
    try {
      const answer = new URL(`${await this.redirectUrl(request)}?${query.toString()}`);
      const { secret } = await this.logins.byProvider(
        () => {
          if (!asked) throw new SignInRefused('stale');
          return provider.person(answer, asked);
        },
        rules,
        origin,
      );
      return { location: this.consolePath(CALLBACK, returnTo), secret };
    } catch (error) {
      return { location: this.backWith(CALLBACK, returnTo, error) };
    }
  }

  private required(): Configured {
    if (this.configured) return this.configured;
    throw new Problem('not-found', 'people do not sign in by OpenID Connect here; OPENID_ISSUER is not set');
  }

  /** Back to the sign-in page, with the reason as a word that the page explains. */
  private backWith(from: string, returnTo: string, error: unknown): string {
    const reason = reasonOf(error);
    if (reason === 'failed') this.logger.error(`a sign-in failed: ${errorSummary(error)}`);
    const [place = ''] = returnTo.split('?', 1);
    const query = new URLSearchParams(returnTo.slice(place.length + 1));
    query.set('sign_in_error', reason);
    return this.consolePath(from, `${place}?${query.toString()}`);
  }

  private get console(): string | undefined {
    return prefixOf(this.host, CONSOLE);
  }

  /** Relative, for the same reason as in the console: a proxy in front may remove a part of the path. */
  private consolePath(from: string, place: string): string {
    const here = path.posix.dirname(`${mountPath(this.config, this.mount)}/${from}`);
    return `${path.posix.relative(here, this.console ?? '/')}/${place}`;
  }

  private async redirectUrl(request: Request): Promise<string> {
    const { redirectUrl } = this.required().settings;
    if (redirectUrl !== undefined) return redirectUrl;
    const { externalUrl } = await this.server.policy();
    const base = externalUrl === '' ? `${request.protocol}://${request.get('Host') ?? ''}` : externalUrl;
    return `${base.replace(/\/+$/, '')}${mountPath(this.config, this.mount)}/${CALLBACK}`;
  }

  private async warnOfUnknownAccounts({ grants = {} }: ProviderSettings): Promise<void> {
    const named = accountsIn(grants);
    const known = await this.accounts.namesOf(named);
    const unknown = named.filter((id) => !known.has(id));
    if (unknown.length === 0) return;
    this.logger.warn(`OPENID_ROLES gives roles in accounts that do not exist: ${unknown.join(', ')}`);
  }
}

function configuredBy(openid: Values<typeof LATCHKEY_API_SETTINGS>['openid']): Configured | undefined {
  const { issuer, clientId, clientSecret, minutes } = openid;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  const settings = { ...openid, issuer, clientId, clientSecret };
  const cookie = new SignInCookie(clientId, clientSecret, minutes * MINUTE_MS);
  return { settings, provider: new OpenIdProvider(settings), cookie };
}

/** What the sign-in page explains. */
function reasonOf(error: unknown): string {
  if (error instanceof SignInRefused) return error.reason;
  const code = error instanceof DomainError ? error.code : undefined;
  return code === 'throttled' || code === 'unavailable' ? code : 'failed';
}
