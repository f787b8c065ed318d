/** Serves `authentication/token`: login to an organisation, and logout (docs/contracts/crm.md §2). */
import { Post } from '@nestjs/common';
import { Secret, type Origin } from '../../core/index.js';
import { RequestOrigin, type EmptyView } from '../../http/index.js';
import { AccountService, MembershipService, SessionService } from '../../identity/index.js';
import { CrmController } from './crm.controller.js';
import { Documented } from './crm.docs.js';
import { CrmError } from './crm.errors.js';
import { Caller, Given, Permits, type CrmCaller } from './crm.guard.js';
import { TokenInput } from './access-tokens.inputs.js';
import { LoginInput, readLogin, type Login } from './login.inputs.js';
import { AUDIENCE, CONSUMER_AUDIENCE } from './crm.options.js';
import { UNIT_ID, ok, type Envelope, type LoginTokenView } from './crm.views.js';
import { newLoginToken } from './login-token.form.js';

/** How long login tokens live, whether used or not. */
export const LOGIN_SECONDS = 7200;

@CrmController('authentication/token', 'Authentication')
export class AuthenticationController {
  constructor(
    private readonly sessions: SessionService,
    private readonly accounts: AccountService,
    private readonly memberships: MembershipService,
  ) {}

  @Permits('public')
  @Post()
  @Documented({
    operationId: 'login',
    summary: 'Log in',
    description: 'The token lives for two hours, whether used or not. Earlier tokens stay valid.',
    body: LoginInput,
    data: 'loginToken',
    errors: ['invalidRequest', 'parameterMissing', 'invalidParameter', 'invalidCredentials', 'tooManyFailedLogins'],
  })
  async login(
    @Given(readLogin) { username, password, organisation, unit }: Login,
    @RequestOrigin() origin: Origin,
  ): Promise<Envelope<LoginTokenView>> {
    const account = await this.accounts.findByIdOrName(organisation);
    const { secret } = await this.sessions.login(username, new Secret(password), {
      audience: AUDIENCE,
      lifetimeSeconds: LOGIN_SECONDS,
      ...origin,
      newSecret: newLoginToken,
      ...(account && { accountId: account.id }),
      isAllowed: async ({ id, admin }) => {
        if (account === null || !(admin || (await this.memberships.roleOf(id, account.id)) !== null)) return false;
        requireOwnUnit(unit);
        return true;
      },
    });
    return ok({ token: secret.reveal() });
  }

  @Permits('login:end')
  @Post('release')
  @Documented({
    operationId: 'logout',
    summary: 'Log out',
    description: 'Ends the token at once.',
    body: TokenInput,
    data: 'nothing',
    errors: ['invalidRequest', 'invalidToken'],
  })
  async release(@Caller() caller: CrmCaller): Promise<Envelope<EmptyView>> {
    await this.sessions.logout(caller, caller.consumer ? CONSUMER_AUDIENCE : AUDIENCE);
    return ok({});
  }
}

/**
 * To be called when everything else is right, since the error says that it is.
 * @throws CrmError `invalidCredentials` for a unit that the organisation does not have
 */
export function requireOwnUnit(unit: string | undefined): void {
  if (unit === undefined || unit === UNIT_ID) return;
  throw new CrmError('invalidCredentials', `unit must be ${UNIT_ID}, the only one of an organisation, or be left out`);
}
