/** Serves `users`: lists users, and lets administrators and users change them (docs/contracts/canvus.md §3). */
import { Delete, Get, Patch, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Secret } from '../../core/index.js';
import { EmptyView, Input, allowCompression, exampleOf, streamJsonArray } from '../../http/index.js';
import { PasswordService, UserService, VisibleUsers, type Principal } from '../../identity/index.js';
import { CanvusController } from './canvus.controller.js';
import { Documented } from './canvus.docs.js';
import { CanvusError } from './canvus.errors.js';
import { Caller, Permits, UserId, UserInPath, type AddressedUser } from './canvus.guard.js';
import { NewUserInput, PasswordInput, UserPatchInput } from './canvus.inputs.js';
import { DELETE_ONESELF, NO_CONFIRMATION, parameterMissing } from './canvus.messages.js';
import { UserView, userView } from './canvus.views.js';
import { Streams } from './streams/streams.js';
import { WatchedResources } from './streams/watched-resources.js';
import { Subscribable, asksForStream } from './streams/subscribe-parameter.js';
import { permittedChanges } from './user-patch.js';

@CanvusController('users', 'Users')
export class UsersController {
  constructor(
    private readonly users: UserService,
    private readonly visible: VisibleUsers,
    private readonly passwords: PasswordService,
    private readonly streams: Streams,
    private readonly resources: WatchedResources,
  ) {}

  @Permits('users:read')
  @Get()
  @Subscribable()
  @Documented({
    summary: 'List users',
    description:
      'Ordered by id. If the server has several accounts, users other than administrators get themselves and the members ' +
      'of their accounts (setting `USERS_VISIBLE_TO`).',
    returns: 'The users.',
    answer: UserView,
    isArray: true,
    isLimited: true,
    errors: [403],
  })
  async list(@Caller() caller: Principal, @Req() request: Request, @Res() response: Response): Promise<void> {
    if (asksForStream(request)) await this.streams.open(response, caller, await this.resources.usersFor(caller.user));
    else {
      allowCompression(response);
      await streamJsonArray(response, this.visible.all(caller.user), userView);
    }
  }

  @Permits('users:read')
  @Get(':id')
  @Subscribable()
  @Documented({
    summary: 'Get one user',
    description:
      'Including blocked and unapproved ones. Users whom the caller may not see are answered like those that do not exist ' +
      '(setting `USERS_VISIBLE_TO`).',
    returns: 'The user.',
    answer: UserView,
    isLimited: true,
    errors: [400, 403, 404],
  })
  async get(
    @Caller() caller: Principal,
    @UserId() id: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const user = await this.visible.get(caller.user, id);
    if (asksForStream(request)) await this.streams.open(response, caller, this.resources.user(user.id));
    else response.json(userView(user));
  }

  @Permits('administrator')
  @Post()
  @Documented({
    summary: 'Create a user',
    description: 'Administrators only. No mail is sent: set a password here or later.',
    returns: 'The new user.',
    body: NewUserInput,
    examples: {
      'Regular user': { email: 'alice@example.com', name: 'Alice', password: 'correct horse' },
      Administrator: { email: 'bob@example.com', name: 'Bob', password: 'correct horse', admin: true },
    },
    answer: UserView,
    errors: [400, 403, 409],
  })
  async create(@Caller() { actor }: Principal, @Input(NewUserInput) input: NewUserInput): Promise<UserView> {
    const { email, name, password, admin, approved, blocked } = input;
    if (input.need_email_confirmation === true) throw new CanvusError(400, NO_CONFIRMATION);
    const user = await this.users.create(actor, {
      email,
      name,
      password: typeof password === 'string' ? new Secret(password) : undefined,
      admin: admin ?? undefined,
      approved: approved ?? undefined,
      blocked: blocked ?? undefined,
    });
    return userView(user);
  }

  @Permits('self-or-administrator')
  @Patch(':id')
  @Documented({
    summary: 'Change a user',
    returns: 'The changed user.',
    description:
      'Users may change their own `name` and `blocked`, and their `email` if the server allows it (`USERS_CHANGE_EMAIL`); ' +
      'administrators everything. A regular user who sends anything else changes nothing and gets 403. ' +
      'One’s own password is changed by `POST users/:id/password` only.',
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
  async patch(
    @Caller() caller: Principal,
    @UserInPath() user: AddressedUser,
    @Input(UserPatchInput) input: UserPatchInput,
  ): Promise<UserView> {
    const { password, ...changes } = permittedChanges(input, caller, user);
    return userView(await this.users.update(caller.actor, user.id, changes, password));
  }

  @Permits('administrator')
  @Delete(':id')
  @Documented({
    summary: 'Delete a user',
    description: 'Administrators only. Removes everything the user owns; their tokens are revoked at once.',
    returns: 'An empty object.',
    answer: EmptyView,
    errors: [400, 403, 404],
  })
  async delete(@Caller() { actor, user }: Principal, @UserId() id: number): Promise<EmptyView> {
    if (id === user.id) throw new CanvusError(403, DELETE_ONESELF);
    await this.users.delete(actor, id);
    return {};
  }

  @Permits('administrator')
  @Post(':id/approve')
  @Documented({
    summary: 'Approve a user',
    returns: 'The approved user.',
    description: 'Administrators only.',
    answer: UserView,
    errors: [400, 403, 404],
  })
  async approve(@Caller() { actor }: Principal, @UserId() id: number): Promise<UserView> {
    return userView(await this.users.update(actor, id, { approved: true }));
  }

  @Permits('self-or-administrator')
  @Post(':id/block')
  @Documented({
    summary: 'Block a user',
    description: 'The user or an administrator. None of their tokens is accepted until they are unblocked.',
    returns: 'The blocked user.',
    answer: UserView,
    example: { ...exampleOf(UserView), blocked: true },
    errors: [400, 403, 404],
  })
  async block(@Caller() { actor }: Principal, @UserId() id: number): Promise<UserView> {
    return userView(await this.users.update(actor, id, { blocked: true }));
  }

  @Permits('administrator')
  @Post(':id/unblock')
  @Documented({
    summary: 'Unblock a user',
    returns: 'The unblocked user.',
    description:
      'Administrators only. Also lets a user in again whom too many failed logins keep out, blocked or not: their ' +
      'failures are forgotten.',
    answer: UserView,
    errors: [400, 403, 404],
  })
  async unblock(@Caller() { actor }: Principal, @UserId() id: number): Promise<UserView> {
    return userView(await this.users.unblock(actor, id));
  }

  @Permits('self-or-administrator')
  @Post(':id/password')
  @Documented({
    summary: 'Change a password',
    returns: 'The user.',
    description:
      'Users must send `current_password`; administrators changing another user need not. ' +
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
    @UserInPath() user: AddressedUser,
    @Input(PasswordInput) { current_password: current, new_password: next }: PasswordInput,
  ): Promise<UserView> {
    if (user.id !== caller.user.id) {
      return userView(await this.passwords.set(caller.actor, user.id, new Secret(next)));
    }
    if (typeof current !== 'string') throw new CanvusError(400, parameterMissing('current_password'));
    return userView(await this.passwords.change(caller.actor, user.id, new Secret(current), new Secret(next)));
  }
}
