/** Speaks with the OpenID provider: finds out where it is, sends people there, and checks what comes back. */
import { Logger, type LoggerService } from '@nestjs/common';
import type { Configuration } from 'openid-client';
import { SignInRefused, type ProviderPerson } from '../../../identity/index.js';
import type { Values } from '../../../settings/index.js';
import type { BegunSignIn } from './begun-sign-in.js';
import { isComplete, personFrom, type Claims } from './claims.js';
import { loadOpenIdClient, type OpenIdClient } from './openid-client.js';
import type { OPENID_SETTINGS } from './openid.settings.js';
import { faultOf, meaningOf } from './provider-errors.js';

/** The settings, of which the first three are given. */
export type ProviderSettings = Values<typeof OPENID_SETTINGS> & {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
};

/** How long what the provider says of itself is used before it is asked again. */
const KNOWN_FOR_MS = 3_600_000;
/** How long the provider is not asked again after it did not answer. */
const LEFT_ALONE_MS = 2000;

/** Longest issuers and subjects that are stored. */
const IDENTIFIER_MAX = 255;

/** What the provider has said of itself, and when. */
interface Known {
  readonly configuration: Configuration;
  readonly at: number;
}

/** Where somebody is sent, and what their browser keeps. */
export interface Departure {
  readonly url: string;
  readonly begun: Omit<BegunSignIn, 'returnTo' | 'at'>;
}

export class OpenIdProvider {
  private known: Known | undefined;
  private asking: Promise<Configuration> | undefined;
  private failedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly settings: ProviderSettings,
    private readonly logger: Pick<LoggerService, 'warn'> = new Logger('OpenID Connect'),
  ) {}

  /** @throws SignInRefused `provider_unavailable` */
  async departure(redirectUrl: string): Promise<Departure> {
    const client = await loadOpenIdClient();
    const configuration = await this.configuration(client);
    const begun = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUrl,
      scope: this.settings.scopes,
      state: begun.state,
      nonce: begun.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(begun.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, begun };
  }

  /**
   * Redeems the code of an answer, and checks signature, issuer, audience, times and nonce of the ID token.
   * @param answer - the address with which the browser has come back
   * @throws SignInRefused
   */
  async person(answer: URL, { state, nonce, verifier }: BegunSignIn): Promise<ProviderPerson> {
    const client = await loadOpenIdClient();
    const configuration = await this.configuration(client);
    try {
      const tokens = await client.authorizationCodeGrant(configuration, answer, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error('there is no ID token');
      const { iss, sub } = claims;
      if (iss.length > IDENTIFIER_MAX || sub.length > IDENTIFIER_MAX) throw new Error('iss or sub is too long');
      const more = await this.moreClaims(client, configuration, tokens.access_token, claims);
      return personFrom(iss, sub, [claims, ...more], this.settings);
    } catch (error) {
      throw this.refusalFor(error);
    }
  }

  /** Asks the provider who it is, so that a wrong setting is noticed before somebody signs in. */
  async look(): Promise<void> {
    await this.configuration(await loadOpenIdClient()).catch(() => undefined);
  }

  /** Many providers tell addresses and groups only when they are asked. */
  private async moreClaims(
    client: OpenIdClient,
    configuration: Configuration,
    accessToken: string,
    claims: Claims & { readonly sub: string },
  ): Promise<Claims[]> {
    const { grants } = this.settings;
    if (isComplete(claims, this.settings, grants !== undefined)) return [];
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return [];
    return [await client.fetchUserInfo(configuration, accessToken, claims.sub)];
  }

  /** What was known is used until the provider answers again. */
  private async configuration(client: OpenIdClient): Promise<Configuration> {
    const now = performance.now();
    const mayAsk = now - this.failedAt >= LEFT_ALONE_MS;
    if (this.known) {
      if (now - this.known.at >= KNOWN_FOR_MS && mayAsk) void this.asked(client).catch(() => undefined);
      return this.known.configuration;
    }
    if (!mayAsk) throw new SignInRefused('provider_unavailable');
    return this.asked(client);
  }

  private asked(client: OpenIdClient): Promise<Configuration> {
    this.asking ??= this.discovered(client).finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async discovered(client: OpenIdClient): Promise<Configuration> {
    const { issuer, clientId, clientSecret, timeoutSeconds } = this.settings;
    const execute = [client.enableNonRepudiationChecks];
    // oxlint-disable-next-line typescript/no-deprecated -- marked to stand out; the setting allows it for this machine
    if (issuer.startsWith('http:')) execute.push(client.allowInsecureRequests);
    const options = { timeout: timeoutSeconds, execute };
    try {
      const found = await client.discovery(
        new URL(issuer),
        clientId,
        {},
        client.ClientSecretBasic(clientSecret),
        options,
      );
      const configuration = acceptsBasic(found) ? found : this.posting(client, found, execute);
      this.known = { configuration, at: performance.now() };
      this.failedAt = Number.NEGATIVE_INFINITY;
      return configuration;
    } catch (error) {
      this.failedAt = performance.now();
      this.logger.warn(
        `the provider ${issuer} cannot be used for signing in (${faultOf(error)}); check OPENID_ISSUER, and that ` +
          'this server reaches it',
      );
      throw new SignInRefused('provider_unavailable');
    }
  }

  /** For providers that take the secret in the body only. */
  private posting(
    client: OpenIdClient,
    found: Configuration,
    execute: readonly ((configuration: Configuration) => void)[],
  ): Configuration {
    const { clientId, clientSecret, timeoutSeconds } = this.settings;
    const configuration = new client.Configuration(
      found.serverMetadata(),
      clientId,
      {},
      client.ClientSecretPost(clientSecret),
    );
    configuration.timeout = timeoutSeconds;
    for (const extension of execute) extension(configuration);
    return configuration;
  }

  private refusalFor(error: unknown): SignInRefused {
    const { reason, details } = meaningOf(error);
    if (reason !== 'cancelled')
      this.logger.warn(`a sign-in by ${this.settings.issuer} failed: ${details ?? faultOf(error)}`);
    return new SignInRefused(reason);
  }
}

/** What a provider accepts that does not say it (OpenID Connect Discovery §3). */
function acceptsBasic(configuration: Configuration): boolean {
  const { token_endpoint_auth_methods_supported: methods } = configuration.serverMetadata();
  return methods === undefined || methods.includes('client_secret_basic');
}
