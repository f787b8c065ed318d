/** `accounts/:accountId/members`: who may do what in an account (DESIGN §7). */
import { Delete, Get, Param, Post, Put, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Incoming, IncomingBody } from '../../http/index.js';
import { MembershipService, type Principal } from '../../identity/index.js';
import { AccountScope } from './account-scope.js';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented, PageParameters } from './cloudflare.docs.js';
import { NoRoute } from './cloudflare.errors.js';
import { Caller } from './cloudflare.guard.js';
import { MemberRolesInput, NewMemberInput, roleOf } from './cloudflare.inputs.js';
import { MemberIdView, MemberView, memberView } from './cloudflare.views.js';
import { requestedPage, pageRequestOf, success, successPage, type Envelope } from './envelope.js';

const MEMBER_ID = /^[0-9a-f]{32}$/i;

@CloudflareController('accounts/:accountId/members', 'Members')
export class MembersController {
  constructor(
    private readonly scope: AccountScope,
    private readonly memberships: MembershipService,
  ) {}

  @Get()
  @Documented({
    summary: 'List members',
    returns: 'The members.',
    description: 'Oldest first.',
    result: MemberView,
    isList: true,
    refusals: ['invalid', 'no_account'],
  })
  @PageParameters()
  async list(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Req() request: Request,
  ): Promise<Envelope<MemberView[]>> {
    const account = await this.scope.toRead(caller, accountId);
    const page = requestedPage(request);
    const [members, total] = await this.memberships.list(account.id, pageRequestOf(page));
    return successPage(members.map(memberView), page, total);
  }

  @Get(':memberId')
  @Documented({
    summary: 'Get one member',
    description: 'The user and their role. For any member of the account, and for administrators of the server.',
    returns: 'The member.',
    result: MemberView,
    refusals: ['no_account'],
  })
  async get(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Param('memberId') memberId: string,
  ): Promise<Envelope<MemberView>> {
    const account = await this.scope.toRead(caller, accountId);
    return success(memberView(await this.memberships.get(account.id, membershipId(memberId))));
  }

  @Post()
  @Documented({
    summary: 'Add a member',
    description: 'Adds an existing user by their e-mail address.',
    returns: 'The new member.',
    body: NewMemberInput,
    result: MemberView,
    refusals: ['invalid', 'no_account', 'conflict'],
  })
  async create(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Incoming() body: IncomingBody,
  ): Promise<Envelope<MemberView>> {
    const account = await this.scope.toChange(caller, accountId);
    const input = body.as(NewMemberInput);
    return success(memberView(await this.memberships.add(caller.actor, account.id, input.email, roleOf(input))));
  }

  @Put(':memberId')
  @Documented({
    summary: 'Change a member’s role',
    returns: 'The changed member.',
    description:
      'For administrators of the account or of the server. Takes effect at once. Even the last administrator of an ' +
      'account may be made `read_only`.',
    body: MemberRolesInput,
    result: MemberView,
    refusals: ['invalid', 'no_account'],
  })
  async update(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Param('memberId') memberId: string,
    @Incoming() body: IncomingBody,
  ): Promise<Envelope<MemberView>> {
    const account = await this.scope.toChange(caller, accountId);
    const { membership } = await this.memberships.get(account.id, membershipId(memberId));
    const role = roleOf(body.as(MemberRolesInput));
    return success(memberView(await this.memberships.changeRole(caller.actor, account.id, membership.id, role)));
  }

  @Delete(':memberId')
  @Documented({
    summary: 'Remove a member',
    returns: 'The id of the ended membership.',
    description:
      'Ends the membership, and the user’s CRM logins to this account. The user and their own tokens stay, as do the ' +
      'service tokens of the account.',
    result: MemberIdView,
    refusals: ['no_account'],
  })
  async delete(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Param('memberId') memberId: string,
  ): Promise<Envelope<MemberIdView>> {
    const account = await this.scope.toChange(caller, accountId);
    const id = membershipId(memberId);
    await this.memberships.remove(caller.actor, account.id, id);
    return success({ id });
  }
}

/** @throws NoRoute for what can be no membership's id */
function membershipId(text: string): string {
  if (!MEMBER_ID.test(text)) throw new NoRoute();
  return text.toLowerCase();
}
