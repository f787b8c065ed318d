/** Serves `users` (docs/contracts/latchkey.md §4): list, create, change, delete. */
import { Delete, Get, HttpCode, Patch, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { HashingService, Secret } from '../../../core/index.js';
import { StrictInput } from '../../../http/index.js';
import { UserService, type UserChanges } from '../../../identity/index.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented } from '../latchkey.docs.js';
import { Caller, Permits, UserId, type LatchkeyCaller } from '../latchkey.guard.js';
import { Problem, wrongMember, unknown } from '../latchkey.problems.js';
import type { Page } from '../query/paging.js';
import { Queried, QueryInput, type QueryValues } from '../query/parameters.js';
import { NewUserInput, UserPatchInput } from './users.inputs.js';
import { People } from './people.js';
import { UserIds } from './user-ids.js';
import { USERS_QUERY } from './users.query.js';
import { CreatedUserView, UserList, UserView, userView } from './users.views.js';

@LatchkeyController('users', 'Users')
export class UsersController {
  constructor(
    private readonly users: UserService,
    private readonly people: People,
    private readonly ids: UserIds,
    private readonly hashing: HashingService,
    private readonly idempotency: Idempotency,
  ) {}

  @Permits('signed-in')
  @Get()
  @Queried(USERS_QUERY)
  @Documented({
    operationId: 'listUsers',
    summary: 'List users',
    description:
      'Administrators of the server see everybody; others themselves, and the members of the accounts that they ' +
      'administer. Where users are those of a host, these are the people who have been here, in the order in which they came ' +
      'whatever `sort` says. With `q`, `role` or `state`, a page may have fewer items than `limit`, even none, although there are ' +
      'more: `next_cursor` says so.',
    returns: 'A page of users.',
    answer: UserList,
    problems: ['gone', 'too-many-requests'],
  })
  list(
    @Caller() { user }: LatchkeyCaller,
    @QueryInput(USERS_QUERY) query: QueryValues<typeof USERS_QUERY>,
  ): Promise<Page<UserView>> {
    return this.people.page(user, query);
  }

  @Permits('administrator')
  @Post()
  @Documented({
    operationId: 'createUser',
    summary: 'Create a user',
    description: 'Without a password, the server makes one, which only this answer has.',
    returns: 'The user.',
    status: 201,
    headers: { Location: 'The path of the user.' },
    body: NewUserInput,
    examples: {
      'With a password that the server makes': { email: 'alice@example.com', name: 'Alice' },
      'An administrator': { email: 'bob@example.com', password: 'correct horse', role: 'administrator' },
    },
    answer: CreatedUserView,
    problems: ['conflict', 'idempotency-key-reused'],
  })
  async create(
    @Caller() caller: LatchkeyCaller,
    @StrictInput(NewUserInput) input: NewUserInput,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedUserView> {
    this.ids.requireOwn();
    response.set('Cache-Control', 'no-store');
    return this.idempotency.once({ caller, request: response.req, response }, () =>
      this.created(caller, input, response),
    );
  }

  private async created(
    { actor }: LatchkeyCaller,
    { email, name, password, role }: NewUserInput,
    response: Response,
  ): Promise<CreatedUserView> {
    const given = typeof password === 'string' ? new Secret(password) : undefined;
    const secret = given ?? this.hashing.newSecret();
    const user = await this.users.create(actor, {
      email,
      name: name ?? email,
      password: secret,
      admin: role === 'administrator',
      // Administrators create no user whom they would have to approve again.
      approved: true,
    });
    response.set('Location', `users/${String(user.id)}`);
    const view = userView(user, undefined);
    return given ? { user: view } : { user: view, password: secret.reveal() };
  }

  @Permits('user:read')
  @Get(':userId')
  @Documented({
    operationId: 'getUser',
    summary: 'Get a user',
    description: 'For the user, administrators of an account of theirs, and administrators of the server.',
    returns: 'The user.',
    answer: UserView,
    problems: ['not-found'],
  })
  async get(@Caller() { user }: LatchkeyCaller, @UserId() id: number): Promise<UserView> {
    const view = await this.people.view(user, id);
    if (!view) throw unknown('user');
    return view;
  }

  @Permits('self-or-administrator')
  @Patch(':userId')
  @Documented({
    operationId: 'updateUser',
    summary: 'Change a user',
    description:
      'Users may change their own `name`, and their `email` if the server allows it (`USERS_CHANGE_EMAIL`); ' +
      'administrators of the server everything. Members that are left out stay as they are. The last administrator who ' +
      'can sign in can be neither blocked nor made a user: 409.',
    returns: 'The changed user.',
    body: UserPatchInput,
    examples: {
      Rename: { name: 'Alice B.' },
      Block: { blocked: true },
      'Make an administrator': { role: 'administrator' },
    },
    answer: UserView,
    problems: ['not-found', 'conflict'],
  })
  async update(
    @Caller() { actor, user }: LatchkeyCaller,
    @UserId() id: number,
    @StrictInput(UserPatchInput) input: UserPatchInput,
  ): Promise<UserView> {
    this.ids.requireOwn();
    const changes = permittedChanges(input, user.admin);
    return this.people.viewOf(user, await this.users.update(actor, id, changes));
  }

  @Permits('administrator')
  @Delete(':userId')
  @HttpCode(204)
  @Documented({
    operationId: 'deleteUser',
    summary: 'Delete a user',
    description:
      'With their personal tokens, logins and memberships; tokens of accounts that they created stay. No token of theirs ' +
      'is accepted any more when this answers. One cannot delete oneself, or the last administrator who can sign in: 409. ' +
      'The audit log keeps name and address: to remove these, too, use `POST /users/{userId}/erase`.',
    returns: 'The user is deleted.',
    answer: null,
    problems: ['not-found', 'conflict'],
  })
  async delete(@Caller() { actor, user }: LatchkeyCaller, @UserId() id: number): Promise<void> {
    this.ids.requireOwn();
    if (id === user.id) throw new Problem('conflict', 'you cannot delete yourself; ask another administrator');
    await this.users.delete(actor, id);
  }
}

/** @throws Problem */
function permittedChanges(
  { name, email, role, blocked, approved }: UserPatchInput,
  isAdministrator: boolean,
): UserChanges {
  const reserved = Object.entries({ role, blocked, approved }).find(
    ([, value]) => value !== undefined && value !== null,
  );
  if (reserved && !isAdministrator) {
    throw new Problem('forbidden', `only administrators of the server may change ${reserved[0]}`);
  }
  if (approved === false) throw wrongMember('approved', 'an approval cannot be withdrawn; block the user instead');
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof email === 'string' && { email }),
    ...(role && { admin: role === 'administrator' }),
    ...(typeof blocked === 'boolean' && { blocked }),
    ...(approved === true && { approved }),
  };
}
