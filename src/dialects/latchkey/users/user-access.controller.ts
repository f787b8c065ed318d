/** Serves what a user can present (docs/contracts/latchkey.md §4): the password, the logins, and the end of all of it. */
import { Delete, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError, HashingService, Secret } from '../../../core/index.js';
import { StrictInput } from '../../../http/index.js';
import {
  LoginService,
  OpenIdBindings,
  PasswordService,
  UserAccessService,
  UserRecords,
} from '../../../identity/index.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented } from '../latchkey.docs.js';
import { Caller, Permits, UserId, type LatchkeyCaller } from '../latchkey.guard.js';
import { Problem, unknown } from '../latchkey.problems.js';
import { LoginList, loginView, type LoginView } from './logins.views.js';
import { OpenIdBindingList, openIdBindingView, type OpenIdBindingView } from './openid-bindings.views.js';
import type { Page } from '../query/paging.js';
import { People } from './people.js';
import { UserIds } from './user-ids.js';
import { EndAccessInput, PasswordInput } from './users.inputs.js';
import { EndedAccessView, NewPasswordView, endedAccessView } from './users.views.js';

@LatchkeyController('users/:userId', 'Users')
export class UserAccessController {
  constructor(
    private readonly people: People,
    private readonly ids: UserIds,
    private readonly passwords: PasswordService,
    private readonly hashing: HashingService,
    private readonly logins: LoginService,
    private readonly access: UserAccessService,
    private readonly bindings: OpenIdBindings,
    private readonly records: UserRecords,
  ) {}

  @Permits('administrator')
  @Post('password')
  @HttpCode(200)
  @Documented({
    operationId: 'resetPassword',
    summary: 'Set a password',
    description:
      'Of another user; your own is changed by `POST /me/password`. Ends their logins; personal tokens stay valid. ' +
      'Without a password, the server makes one, which only this answer has.',
    returns: 'The password, if the server made it.',
    body: PasswordInput,
    bodyOptional: true,
    examples: { 'One that the server makes': {}, 'A given one': { password: 'battery staple' } },
    answer: NewPasswordView,
    problems: ['not-found', 'conflict'],
  })
  async resetPassword(
    @Caller() { actor, user }: LatchkeyCaller,
    @UserId() id: number,
    @StrictInput(PasswordInput) { password }: PasswordInput,
    @Res({ passthrough: true }) response: Response,
  ): Promise<NewPasswordView> {
    this.ids.requireOwn();
    if (id === user.id) throw new Problem('conflict', 'change your own password by POST /me/password');
    const given = typeof password === 'string' ? new Secret(password) : undefined;
    const secret = given ?? this.hashing.newSecret();
    await this.passwords.set(actor, id, secret);
    response.set('Cache-Control', 'no-store');
    return given ? {} : { password: secret.reveal() };
  }

  @Permits('self-or-administrator')
  @Get('logins')
  @Documented({
    operationId: 'listLogins',
    summary: 'List logins',
    description: 'Those that are accepted, oldest first; there is one page.',
    returns: 'The logins of the user.',
    answer: LoginList,
    problems: ['not-found'],
  })
  async list(@Caller() caller: LatchkeyCaller, @UserId() id: number): Promise<Page<LoginView>> {
    await this.requireUser(id, caller);
    const logins = await this.logins.list(id);
    return { items: logins.map((login) => loginView(login, caller.token.id)), next_cursor: null };
  }

  @Permits('self-or-administrator')
  @Post('logins/end')
  @HttpCode(204)
  @Documented({
    operationId: 'endLogins',
    summary: 'Log out everywhere',
    description: 'Ends all logins of the user, also the one of this request. Personal tokens stay valid.',
    returns: 'No login of the user is accepted any more.',
    answer: null,
    problems: ['not-found'],
  })
  async endAll(@Caller() caller: LatchkeyCaller, @UserId() id: number): Promise<void> {
    await this.requireUser(id, caller);
    await this.logins.endAll(caller.actor, id);
  }

  @Permits('self-or-administrator')
  @Delete('logins/:loginId')
  @HttpCode(204)
  @Documented({
    operationId: 'endLogin',
    summary: 'End a login',
    description: 'For the user and administrators of the server. Logins that it was exchanged for go on.',
    returns: 'The login is not accepted any more.',
    answer: null,
    problems: ['not-found'],
  })
  async end(
    @Caller() { actor }: LatchkeyCaller,
    @UserId() id: number,
    @Param('loginId') loginId: string,
  ): Promise<void> {
    try {
      await this.logins.end(actor, id, loginId);
    } catch (error) {
      throw error instanceof DomainError && error.code === 'token_not_found' ? unknown('login') : error;
    }
  }

  @Permits('self-or-administrator')
  @Get('openid')
  @Documented({
    operationId: 'listOpenIdBindings',
    summary: 'List who a user is at OpenID providers',
    description:
      'By issuer; there is one for each provider by which they have signed in, and one page. Only who has this subject ' +
      'at the provider is signed in as the user.',
    returns: 'The bindings of the user.',
    answer: OpenIdBindingList,
    problems: ['not-found'],
  })
  async listBindings(@Caller() caller: LatchkeyCaller, @UserId() id: number): Promise<Page<OpenIdBindingView>> {
    await this.requireUser(id, caller);
    return { items: (await this.records.openIds(id)).map(openIdBindingView), next_cursor: null };
  }

  @Permits('administrator')
  @Post('openid/unbind')
  @HttpCode(204)
  @Documented({
    operationId: 'unbindOpenId',
    summary: 'Unbind a user from OpenID providers',
    description:
      'For somebody who has become another person at the provider: at their next sign-in they are bound anew, by their ' +
      'verified e-mail address. Their logins and tokens stay.',
    returns: 'Nobody at any provider is this user any more.',
    answer: null,
    problems: ['not-found'],
  })
  async unbind(@Caller() { actor }: LatchkeyCaller, @UserId() id: number): Promise<void> {
    try {
      await this.bindings.unbind(actor, id);
    } catch (error) {
      throw error instanceof DomainError && error.code === 'user_not_found' ? unknown('user') : error;
    }
  }

  @Permits('administrator')
  @Post('end-access')
  @HttpCode(200)
  @Documented({
    operationId: 'endAccess',
    summary: 'End all access of a user',
    description:
      'Ends their personal tokens and logins, and the tokens of accounts that they created, also if the user is deleted ' +
      'already. They can still log in with their password: block them to prevent that. With `dry_run`, nothing ends; with ' +
      '`expected`, the sum of what a dry run told, it is refused if there is more or less by now.',
    returns: 'What has ended, or would end.',
    body: EndAccessInput,
    bodyOptional: true,
    examples: { 'What would end?': { dry_run: true }, 'End it': { expected: 10 } },
    answer: EndedAccessView,
    problems: ['not-found', 'conflict'],
  })
  async endAccess(
    @Caller() { actor }: LatchkeyCaller,
    @UserId() id: number,
    @StrictInput(EndAccessInput) { dry_run, expected }: EndAccessInput,
  ): Promise<EndedAccessView> {
    if (dry_run === true) return endedAccessView(await this.access.end(actor, id, { dryRun: true }), true);
    if (typeof expected === 'number') {
      const {
        dry_run: _,
        accounts: __,
        ...counts
      } = endedAccessView(await this.access.end(actor, id, { dryRun: true }), true);
      const found = Object.values(counts).reduce((sum, count) => sum + count, 0);
      if (found !== expected) {
        throw new Problem(
          'conflict',
          `${String(found)} tokens and logins would end, not ${String(expected)}; look again`,
        );
      }
    }
    return endedAccessView(await this.access.end(actor, id), false);
  }

  /** @throws Problem */
  private async requireUser(id: number, { user }: LatchkeyCaller): Promise<void> {
    if (id !== user.id) await this.people.keptOf(id);
  }
}
