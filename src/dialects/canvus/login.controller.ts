/** Serves `users/login` and `users/logout` (docs/contracts/canvus.md §3.5, §3.6). */
import { Post } from '@nestjs/common';
import { Secret, type Origin } from '../../core/index.js';
import { EmptyView, Input, InputBy, RequestOrigin } from '../../http/index.js';
import { SessionService, USER_AUDIENCE, type Principal } from '../../identity/index.js';
import { CanvusController } from './canvus.controller.js';
import { Documented } from './canvus.docs.js';
import { Caller, Permits } from './canvus.guard.js';
import { LoginInput, LogoutInput, readLogin, type Login } from './canvus.inputs.js';
import { LoginView, loginView } from './canvus.views.js';

const HOUR = 3600;
const LIFETIME_SECONDS = 24 * HOUR;
const REMEMBERED_SECONDS = 30 * 24 * HOUR;

@CanvusController('users', 'Login')
export class LoginController {
  constructor(private readonly sessions: SessionService) {}

  @Permits('public')
  @Post('login')
  @Documented({
    operationId: 'login',
    summary: 'Log in',
    returns: 'The login token and the user.',
    description:
      'With e-mail and password, or with a token. The new token lives for 24 hours, or 30 days with `remember`; a login ' +
      'that is exchanged again and again ends 30 days after the first one (setting `LOGIN_FAMILY_DAYS`). A token sent ' +
      'here stays valid. The reason for a refusal is not disclosed.',
    body: LoginInput,
    examples: {
      'With a password': { email: 'admin@example.com', password: 'correct horse', remember: false },
      'With a token': { token: 'W1bns7ZYuN_u7fQTR3i6L0JopiRCGsbNjXRw7Z-yX0E' },
    },
    answer: LoginView,
    errors: [400, 429],
    checksLogin: true,
    isPublic: true,
  })
  async login(@InputBy(readLogin) login: Login, @RequestOrigin() origin: Origin): Promise<LoginView> {
    const lifetimeSeconds = login.remember ? REMEMBERED_SECONDS : LIFETIME_SECONDS;
    const options = { audience: USER_AUDIENCE, lifetimeSeconds, ...origin };
    const opened =
      login.by === 'token'
        ? await this.sessions.exchange(login.token, options)
        : await this.sessions.login(login.email, new Secret(login.password), options);
    return loginView(opened);
  }

  @Permits('signed-in')
  @Post('logout')
  @Documented({
    operationId: 'logout',
    summary: 'Log out',
    returns: 'An empty object.',
    description:
      'Ends the login token of the request, or the one in the body; with the setting `LOGOUT_ENDS=family` also the ' +
      'logins that it was exchanged from and for. Access tokens stay valid: delete them instead.',
    body: LogoutInput,
    examples: {
      'The token presented': {},
      'Another login': { token: 'W1bns7ZYuN_u7fQTR3i6L0JopiRCGsbNjXRw7Z-yX0E' },
    },
    answer: EmptyView,
    errors: [400, 403],
  })
  async logout(@Caller() caller: Principal, @Input(LogoutInput) { token }: LogoutInput): Promise<EmptyView> {
    await this.sessions.logout(caller, USER_AUDIENCE, token ?? undefined);
    return {};
  }
}
