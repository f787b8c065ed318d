/**
 * Serves the logins of programs by a personal token as their key: for themselves, and for a consumer with an access token
 * (docs/contracts/crm.md §2.3, §2.4).
 */
import { Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { DomainError, type Origin } from '../../core/index.js';
import { RequestOrigin } from '../../http/index.js';
import { SessionService, type LoginOptions } from '../../identity/index.js';
import { LOGIN_SECONDS, requireOwnUnit } from './authentication.controller.js';
import { ConsumerLogins } from './consumer-logins.js';
import { CrmController } from './crm.controller.js';
import { Documented } from './crm.docs.js';
import { CrmError } from './crm.errors.js';
import { EXAMPLES } from './crm.examples.js';
import { Given, Permits } from './crm.guard.js';
import { KeyCheck } from './key-check.js';
import {
  ConsumerLoginInput,
  KeyLoginInput,
  readConsumerLogin,
  readKeyLogin,
  type ConsumerLogin,
  type KeyLogin,
} from './login.inputs.js';
import { AUDIENCE, CONSUMER_AUDIENCE } from './crm.options.js';
import { ok, type Envelope, type LoginTokenView } from './crm.views.js';
import { newLoginToken } from './login-token.form.js';

const FOR_CONSUMER =
  'The key is a personal token of a user, as the user name of HTTP Basic, with an empty password. The access token ' +
  'must be effective. The login token lives for two hours. It shows and lists the access tokens of the same ' +
  'accounts receivable or rewards participant, and changes the pass code of the one that it was opened with; it ' +
  'may do nothing else, and less if the user may. It ends when the key or the access token is revoked, when the ' +
  'access token is made not effective, or when its code, its identifier or its pass code are changed.';

@CrmController('authentication', 'Authentication')
export class KeyLoginController {
  constructor(
    private readonly sessions: SessionService,
    private readonly keys: KeyCheck,
    private readonly consumers: ConsumerLogins,
  ) {}

  @Permits('public')
  @Post('web_api_key/token')
  @Documented({
    operationId: 'loginWithKey',
    summary: 'Log in with a key',
    description:
      'The key is a personal token of a user, as the user name of HTTP Basic (`Authorization: Basic`), with an empty ' +
      'password. The login token lives for two hours, and ends when the key is revoked. `organisation` is needed only if ' +
      'the user acts in several.',
    body: KeyLoginInput,
    data: 'loginToken',
    errors: ['invalidRequest', 'parameterMissing', 'invalidParameter', 'invalidCredentials', 'tooManyFailedLogins'],
  })
  async login(
    @Given(readKeyLogin) { organisation, unit }: KeyLogin,
    @Req() { headers }: Request,
    @RequestOrigin() origin: Origin,
  ): Promise<Envelope<LoginTokenView>> {
    const { key, holder } = await this.keys.check(headers.authorization, organisation, origin);
    if (holder) requireOwnUnit(unit);
    return this.opened(key, { ...loginOptions(AUDIENCE, origin), ...(holder && { accountId: holder.account.id }) });
  }

  @Permits('public')
  @Post('consumer_application_key/token')
  @Documented({
    operationId: 'loginForConsumer',
    summary: 'Log a consumer in with the key of an application',
    description: FOR_CONSUMER,
    body: ConsumerLoginInput,
    examples: EXAMPLES.consumerLogin,
    data: 'loginToken',
    errors: [
      'invalidRequest',
      'parameterMissing',
      'semiOptional',
      'invalidParameter',
      'invalidCredentials',
      'tokenNotFound',
      'tooManyFailedLogins',
    ],
  })
  async loginForConsumer(
    @Given(readConsumerLogin) { organisation, unit, named }: ConsumerLogin,
    @Req() { headers }: Request,
    @RequestOrigin() origin: Origin,
  ): Promise<Envelope<LoginTokenView>> {
    const { key, holder } = await this.keys.check(headers.authorization, organisation, origin);
    const options = loginOptions(CONSUMER_AUDIENCE, origin);
    if (!holder) return this.opened(key, options);
    const guesser = { ...holder, consumer: null, keyId: holder.token.id };
    const opened = this.opened(key, {
      ...options,
      accountId: holder.account.id,
      subject: async () => {
        const token = await this.consumers.find(guesser, named);
        requireOwnUnit(unit);
        return token;
      },
    });
    return whatWasExpected(opened);
  }

  private async opened(key: string, options: LoginOptions): Promise<Envelope<LoginTokenView>> {
    const { secret } = await this.sessions.exchange(key, options);
    return ok({ token: secret.reveal() });
  }
}

function loginOptions(audience: string, origin: Origin): LoginOptions {
  return { ...origin, audience, lifetimeSeconds: LOGIN_SECONDS, newSecret: newLoginToken };
}

/** Says what kind of access token was expected, whatever was wrong with the one that was named. */
async function whatWasExpected<T>(login: Promise<T>): Promise<T> {
  try {
    return await login;
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'token_not_found')) throw error;
    throw new CrmError(
      'tokenNotFound',
      'access_token_identifier: no effective access token has this code, or this identifier and pass code',
    );
  }
}
