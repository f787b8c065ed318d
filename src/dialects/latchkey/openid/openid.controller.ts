/** Serves the ways to sign in, and the sign-in by OpenID Connect (docs/contracts/latchkey.md §3). */
import { Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { UserDirectory, type Origin } from '../../../core/index.js';
import { RequestOrigin } from '../../../http/index.js';
import { LocalUserDirectory, ServerSettings } from '../../../identity/index.js';
import type { Values } from '../../../settings/index.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented } from '../latchkey.docs.js';
import { FromOtherSites, Permits } from '../latchkey.guard.js';
import { HostCallers } from '../host-sign-in/host-callers.js';
import { LATCHKEY_API_OPTIONS } from '../latchkey.options.js';
import { wrongParameter } from '../latchkey.problems.js';
import type { LATCHKEY_API_SETTINGS } from '../latchkey.settings.js';
import {
  Queried,
  QueryInput,
  TakesOtherParameters,
  type QueryParameter,
  type QueryValues,
} from '../query/parameters.js';
import { setCookie } from '../session/console-logins.js';
import { OpenIdSignIn } from './openid-sign-in.js';
import { SignInWaysView } from './openid.views.js';
import { returnPath } from './return-path.js';

const RETURN_TO: QueryParameter<string> = {
  description: 'Where in the console to go on, relative to it.',
  schema: { type: 'string', maxLength: 1000 },
  example: 'tokens',
  read: (name, [given = '']) => {
    const place = returnPath(given);
    if (place === undefined) throw wrongParameter(name, `${name} must be a path within the console, such as tokens`);
    return place;
  },
};

const DEPARTURE = { return_to: RETURN_TO };

const text = (description: string, example: string): QueryParameter<string | null> => ({
  description,
  example,
  schema: { type: 'string' },
  read: (_, [given = null]) => given,
});

const ARRIVAL = {
  code: text('What the provider is asked with who it is.', 'SplxlOBeZQQYbYS6WxSbIA'),
  state: text('As it was sent to the provider.', 'af0ifjsldkj'),
  error: text('Why the provider has refused, instead of a code.', 'access_denied'),
};

@LatchkeyController('', 'Session')
export class OpenIdController {
  constructor(
    private readonly signIn: OpenIdSignIn,
    private readonly server: ServerSettings,
    private readonly users: UserDirectory,
    private readonly host: HostCallers,
    @Inject(LATCHKEY_API_OPTIONS) private readonly options: Values<typeof LATCHKEY_API_SETTINGS>,
  ) {}

  @Permits('public')
  @Get('session/ways')
  @Documented({
    operationId: 'getSignInWays',
    summary: 'Show how one can sign in to the console',
    description: 'What the sign-in page offers.',
    returns: 'Who can sign in with a password, and whether people can sign in by OpenID Connect, or by the host.',
    answer: SignInWaysView,
    isPublic: true,
  })
  async ways(): Promise<SignInWaysView> {
    const { passwordLogin } = await this.server.policy();
    const { label } = this.signIn;
    const { place } = this.host;
    // Logins are those of Latchkey's own users.
    const hasOwnUsers = this.users instanceof LocalUserDirectory;
    return {
      password: passwordLogin && hasOwnUsers ? this.options.passwordLogin : 'nobody',
      token: hasOwnUsers,
      openid: label === null ? null : { label },
      host: place && { name: place.name ?? null, sign_in_url: place.signInUrl ?? null },
    };
  }

  @Permits('public')
  @Get('session/openid')
  @FromOtherSites()
  @Queried(DEPARTURE)
  @Documented({
    operationId: 'beginOpenIdSignIn',
    summary: 'Sign in by OpenID Connect',
    description:
      'For a browser, which goes to this address: it is sent to the provider, and comes back to the console. If the ' +
      'provider does not answer, it is sent back to the sign-in page of the console, which says so.',
    returns: 'The browser goes to the provider.',
    headers: {
      Location: 'The provider, or the sign-in page with the parameter `sign_in_error`.',
      'Set-Cookie': 'What binds the answer of the provider to this browser, for ten minutes.',
    },
    status: 302,
    answer: null,
    problems: ['not-found'],
    isPublic: true,
  })
  async begin(
    @QueryInput(DEPARTURE) { return_to: returnTo }: QueryValues<typeof DEPARTURE>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    goOn(response, await this.signIn.begin(request, response, returnTo));
  }

  @Permits('public')
  @Get('session/openid/callback')
  @FromOtherSites()
  @TakesOtherParameters()
  @Queried(ARRIVAL)
  @Documented({
    operationId: 'finishOpenIdSignIn',
    summary: 'Come back from the OpenID provider',
    description:
      'Where the provider sends browsers back to: its address is registered there. Whoever has signed in gets the cookie ' +
      '`latchkey_console`, as by `POST /session`. Further parameters of the provider are ignored.',
    returns: 'The browser goes on in the console.',
    headers: {
      Location: 'The console; with the parameter `sign_in_error` if nobody was signed in.',
      'Set-Cookie': 'The login, as `latchkey_console`.',
    },
    status: 302,
    answer: null,
    problems: ['not-found'],
    isPublic: true,
  })
  async finish(@Req() request: Request, @RequestOrigin() origin: Origin, @Res() response: Response): Promise<void> {
    const { location, secret } = await this.signIn.finish(request, response, origin);
    if (secret) setCookie(response, secret);
    goOn(response, location);
  }
}

/** Neither the code nor the address is kept or told to anybody. */
function goOn(response: Response, location: string): void {
  response.set({ Location: location, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  response.status(302).end();
}
