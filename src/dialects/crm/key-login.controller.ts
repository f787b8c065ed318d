/** Serves `authentication/web_api_key/token`: login of a program by a personal token as its key (docs/contracts/crm.md §2.3). */
import { Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { refusedForScopes, type Origin } from '../../core/index.js';
import { RequestOrigin } from '../../http/index.js';
import {
  AccountService,
  Authenticator,
  MembershipService,
  SessionService,
  type Principal,
} from '../../identity/index.js';
import { LOGIN_SECONDS, requireOwnUnit } from './authentication.controller.js';
import { CrmController } from './crm.controller.js';
import { Documented } from './crm.docs.js';
import { CrmError } from './crm.errors.js';
import { Given, Permits } from './crm.guard.js';
import { KeyLoginInput, readKeyLogin, type KeyLogin } from './login.inputs.js';
import { AUDIENCE } from './crm.options.js';
import { ok, type Envelope, type LoginTokenView } from './crm.views.js';
import { newLoginToken } from './login-token.form.js';

/** RFC 7617. Public clients write the scheme in lower case, and leave out the colon. */
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i;

@CrmController('authentication/web_api_key/token', 'Authentication')
export class KeyLoginController {
  constructor(
    private readonly sessions: SessionService,
    private readonly authenticator: Authenticator,
    private readonly accounts: AccountService,
    private readonly memberships: MembershipService,
  ) {}

  @Permits('public')
  @Post()
  @Documented({
    operationId: 'loginWithKey',
    summary: 'Log in with a key',
    description:
      'The key is a personal token of a user, as the user name of HTTP Basic (`Authorization: Basic`), with an empty ' +
      'password. The login token lives for two hours, and ends when the key is revoked. `organisation` is needed only if ' +
      'the user acts in several.',
    body: KeyLoginInput,
    data: 'loginToken',
    errors: ['invalidRequest', 'parameterMissing', 'invalidParameter', 'invalidCredentials'],
  })
  async login(
    @Given(readKeyLogin) { organisation, unit }: KeyLogin,
    @Req() { headers }: Request,
    @RequestOrigin() origin: Origin,
  ): Promise<Envelope<LoginTokenView>> {
    const key = keyIn(headers.authorization);
    const found = await this.authenticator.authenticate(key, AUDIENCE, origin);
    if (found.status === 'scoped') throw refusedForScopes();
    const accountId = found.status === 'authenticated' ? await this.accountOf(found.principal, organisation) : null;
    if (accountId !== null) requireOwnUnit(unit);
    // A key that is not accepted, or has no place here, fails as a wrong one: it is audited by the exchange.
    const { secret } = await this.sessions.exchange(accountId === null ? '' : key, {
      audience: AUDIENCE,
      lifetimeSeconds: LOGIN_SECONDS,
      ...origin,
      newSecret: newLoginToken,
      ...(accountId !== null && { accountId }),
    });
    return ok({ token: secret.reveal() });
  }

  /** @throws CrmError `parameterMissing` */
  private async accountOf({ user }: Principal, organisation: string | undefined): Promise<string | null> {
    if (organisation !== undefined) {
      const account = await this.accounts.findByIdOrName(organisation);
      const isAllowed = account && (user.admin || (await this.memberships.roleOf(user.id, account.id)) !== null);
      return isAllowed ? account.id : null;
    }
    const [[account], total] = await this.accounts.list(user, {}, { offset: 0, limit: 1 });
    if (total > 1) throw new CrmError('parameterMissing', 'organisation: the user of this key acts in several');
    return account?.id ?? null;
  }
}

/** @throws CrmError `parameterMissing` */
function keyIn(header: string | undefined): string {
  const [, encoded] = BASIC.exec(header ?? '') ?? [];
  const [key = ''] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(':');
  if (key === '') throw new CrmError('parameterMissing', 'key: the user name of HTTP Basic');
  return key;
}
