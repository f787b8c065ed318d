/** Serves `session` and `me`: logins of the console, and who the caller is (docs/contracts/latchkey.md §3). */
import { Delete, Get, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError, Secret, Token, type Origin } from '../../../core/index.js';
import { RequestOrigin, StrictInput } from '../../../http/index.js';
import { PasswordService } from '../../../identity/index.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented } from '../latchkey.docs.js';
import { Caller, Permits, type LatchkeyCaller } from '../latchkey.guard.js';
import { Problem, wrongMember } from '../latchkey.problems.js';
import { ConsoleLogins, clearCookie, setCookie } from './console-logins.js';
import { csrfTokenOf } from './csrf.js';
import { Me } from './me.js';
import { MeView } from './me.views.js';
import { NewSessionInput, PasswordChangeInput, presentedIn } from './session.inputs.js';

@LatchkeyController('', 'Session')
export class SessionController {
  constructor(
    private readonly logins: ConsoleLogins,
    private readonly me: Me,
    private readonly passwords: PasswordService,
  ) {}

  @Permits('public')
  @Post('session')
  @Documented({
    operationId: 'createSession',
    summary: 'Log in to the console',
    description:
      'With e-mail address and password, or with a token, which stays valid. The answer sets the cookie ' +
      '`latchkey_console`, which no script can read; without a request for 30 minutes (setting `CONSOLE_IDLE_MINUTES`) ' +
      'the login ends. The reason for a refusal is not disclosed. Programs need no login: they send their token with ' +
      'each request.',
    returns: 'Who you are, and the `csrf_token` that writes by cookie need.',
    headers: { 'Set-Cookie': 'The login, as `latchkey_console`.' },
    body: NewSessionInput,
    examples: {
      'With a password': { email: 'admin@example.com', password: 'correct horse' },
      'With a token': { token: 'W1bns7ZYuN_u7fQTR3i6L0JopiRCGsbNjXRw7Z-yX0E' },
    },
    answer: MeView,
    problems: ['unauthenticated', 'too-many-requests'],
    isPublic: true,
  })
  async create(
    @StrictInput(NewSessionInput) input: NewSessionInput,
    @RequestOrigin() origin: Origin,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MeView> {
    const presented = presentedIn(input);
    const { token, secret, user } =
      'token' in presented
        ? await this.logins.byToken(presented.token, origin)
        : await this.logins.byPassword(presented.email, new Secret(presented.password), origin);
    setCookie(response, secret);
    return this.me.view({ user: { ...user, status: 'active' }, token }, 'cookie', csrfTokenOf(secret));
  }

  @Permits('signed-in')
  @Delete('session')
  @Documented({
    operationId: 'deleteSession',
    summary: 'Log out',
    description:
      'Ends the login of the request; with the setting `LOGOUT_ENDS=family` also the logins that it was exchanged from ' +
      'and for. A personal token stays valid: revoke it instead. Who is signed in by the host signs out there: 409.',
    returns: 'The login has ended.',
    answer: null,
    problems: ['conflict'],
  })
  async delete(@Caller() caller: LatchkeyCaller, @Res({ passthrough: true }) response: Response): Promise<void> {
    const { token } = caller;
    if (!(token instanceof Token)) throw new Problem('conflict', this.me.signOutAtHost());
    await this.logins.end({ ...caller, token });
    if (caller.via === 'cookie') clearCookie(response);
  }

  @Permits('signed-in')
  @Get('me')
  @Documented({
    operationId: 'getMe',
    summary: 'Show who you are',
    description: 'Also what the server offers, and, by cookie, the token that writes need.',
    returns: 'The caller, their accounts and roles, and how they have authenticated.',
    answer: MeView,
  })
  get(@Caller() caller: LatchkeyCaller): Promise<MeView> {
    return this.me.view(caller, caller.via, caller.csrfToken);
  }

  @Permits('signed-in')
  @Post('me/password')
  @Documented({
    operationId: 'changeMyPassword',
    summary: 'Change your password',
    description: 'Ends all your other logins. Personal tokens stay valid.',
    returns: 'The password is changed.',
    body: PasswordChangeInput,
    answer: null,
    problems: ['conflict', 'too-many-requests'],
  })
  async changePassword(
    @Caller() { actor, user }: LatchkeyCaller,
    @StrictInput(PasswordChangeInput) { current_password, new_password }: PasswordChangeInput,
  ): Promise<void> {
    try {
      await this.passwords.change(actor, user.id, new Secret(current_password), new Secret(new_password));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.code === 'wrong_password') throw wrongMember('current_password', error.message);
      if (error.code === 'invalid_value') throw wrongMember('new_password', error.message);
      throw error;
    }
  }
}
