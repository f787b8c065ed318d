/** `users`: who there is, and what administrators and users themselves may change (contract §3). */
import { Delete, Get, Param, Patch, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Secret } from '../../core/index.js';
import { EmptyView, Incoming, IncomingBody, exampleOf } from '../../http/index.js';
import { PasswordService, UserService, type Principal } from '../../identity/index.js';
import { CanvusController } from './canvus.controller.js';
import { Documented } from './canvus.docs.js';
import { CanvusError } from './canvus.errors.js';
import { Caller } from './canvus.guard.js';
import { NewUserInput, PasswordInput, UserPatchInput } from './canvus.inputs.js';
import { DELETE_ONESELF, PERMISSION_DENIED, parameterMissing } from './canvus.messages.js';
import { UserView, userView } from './canvus.views.js';
import { Streams } from './streams/streams.js';
import { WatchedResources } from './streams/watched-resources.js';
import { Subscribable, asksForStream } from './streams/subscribe-parameter.js';
import { readUserPatch } from './user-patch.js';
import { UserScope } from './user-scope.js';

@CanvusController('users', 'Users')
export class UsersController {
  constructor(
    private readonly scope: UserScope,
    private readonly users: UserService,
    private readonly passwords: PasswordService,
    private readonly streams: Streams,
    private readonly resources: WatchedResources,
  ) {}

  @Get()
  @Subscribable()
  @Documented({ summary: 'List users', description: 'Ordered by id.', answer: UserView, isArray: true, errors: [403] })
  async list(@Caller() caller: Principal, @Req() request: Request, @Res() response: Response): Promise<void> {
    if (asksForStream(request)) await this.streams.open(response, caller, this.resources.allUsers());
    else response.json((await this.users.list()).map(userView));
  }

  @Get(':id')
  @Subscribable()
  @Documented({
    summary: 'Get one user',
    description: 'Everybody who is signed in may look at everybody, blocked and unapproved users included.',
    answer: UserView,
    errors: [400, 403, 404],
  })
  async get(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const user = await this.scope.anybody(id);
    if (asksForStream(request)) await this.streams.open(response, caller, this.resources.user(user.id));
    else response.json(userView(user));
  }

  @Post()
  @Documented({
    summary: 'Create a user',
    description: 'Administrators only. No mail is sent: give a password, or set one later.',
    body: NewUserInput,
    examples: {
      'Regular user': { email: 'alice@example.com', name: 'Alice', password: 'correct horse' },
      Administrator: { email: 'bob@example.com', name: 'Bob', password: 'correct horse', admin: true },
    },
    answer: UserView,
    errors: [400, 403, 409],
  })
  async create(@Caller() caller: Principal, @Incoming() body: IncomingBody): Promise<UserView> {
    if (!caller.user.admin) throw new CanvusError(403, PERMISSION_DENIED);
    const { email, name, password, admin, approved, blocked } = body.as(NewUserInput);
    const user = await this.users.create(caller.actor, {
      email,
      name,
      password: typeof password === 'string' ? new Secret(password) : undefined,
      admin: admin ?? undefined,
      approved: approved ?? undefined,
      blocked: blocked ?? undefined,
    });
    return userView(user);
  }

  @Patch(':id')
  @Documented({
    summary: 'Change a user',
    description:
      'Users may change their own `name`, `email` and `blocked`; administrators everything. ' +
      'A regular user who sends a field for administrators changes nothing and gets 403.',
    body: UserPatchInput,
    examples: {
      Rename: { name: 'Alice B.' },
      'Change the e-mail address': { email: 'alice.b@example.com' },
      'Make an administrator': { admin: true },
      'Set a password': { password: 'battery staple' },
    },
    answer: UserView,
    errors: [400, 403, 404, 409],
  })
  async patch(@Caller() caller: Principal, @Param('id') id: string, @Incoming() body: IncomingBody): Promise<UserView> {
    const user = await this.scope.ownOrAny(caller, id);
    const { password, ...changes } = readUserPatch(body, caller, user);
    return userView(await this.users.update(caller.actor, user.id, changes, password));
  }

  @Delete(':id')
  @Documented({
    summary: 'Delete a user',
    description: 'Administrators only. Removes all that the user owns; his tokens are revoked at once.',
    answer: EmptyView,
    errors: [400, 403, 404],
  })
  async delete(@Caller() caller: Principal, @Param('id') id: string): Promise<EmptyView> {
    const user = await this.scope.asAdmin(caller, id);
    if (user.id === caller.user.id) throw new CanvusError(403, DELETE_ONESELF);
    await this.users.delete(caller.actor, user.id);
    return {};
  }

  @Post(':id/approve')
  @Documented({
    summary: 'Approve a user',
    description: 'Administrators only.',
    answer: UserView,
    errors: [400, 403, 404],
  })
  async approve(@Caller() caller: Principal, @Param('id') id: string): Promise<UserView> {
    const user = await this.scope.asAdmin(caller, id);
    return userView(await this.users.update(caller.actor, user.id, { approved: true }));
  }

  @Post(':id/block')
  @Documented({
    summary: 'Block a user',
    description: 'Himself or an administrator. None of his tokens is accepted until he is unblocked.',
    answer: UserView,
    example: { ...exampleOf(UserView), blocked: true },
    errors: [400, 403, 404],
  })
  async block(@Caller() caller: Principal, @Param('id') id: string): Promise<UserView> {
    const user = await this.scope.ownOrAny(caller, id);
    return userView(await this.users.update(caller.actor, user.id, { blocked: true }));
  }

  @Post(':id/unblock')
  @Documented({
    summary: 'Unblock a user',
    description: 'Administrators only.',
    answer: UserView,
    errors: [400, 403, 404],
  })
  async unblock(@Caller() caller: Principal, @Param('id') id: string): Promise<UserView> {
    const user = await this.scope.asAdmin(caller, id);
    return userView(await this.users.update(caller.actor, user.id, { blocked: false }));
  }

  @Post(':id/password')
  @Documented({
    summary: 'Change a password',
    description:
      'Oneself with `current_password`, an administrator for others without. ' +
      'Ends the user’s other logins; access tokens stay valid.',
    body: PasswordInput,
    examples: {
      'Of somebody else': { new_password: 'battery staple' },
      'One’s own': { current_password: 'correct horse', new_password: 'battery staple' },
    },
    answer: UserView,
    errors: [400, 403, 404, 409, 429],
  })
  async changePassword(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Incoming() body: IncomingBody,
  ): Promise<UserView> {
    const user = await this.scope.ownOrAny(caller, id);
    const { current_password: current, new_password: next } = body.as(PasswordInput);
    if (user.id !== caller.user.id) {
      return userView(await this.passwords.set(caller.actor, user.id, new Secret(next)));
    }
    if (typeof current !== 'string') throw new CanvusError(400, parameterMissing('current_password'));
    return userView(await this.passwords.change(caller.actor, user.id, new Secret(current), new Secret(next)));
  }
}
