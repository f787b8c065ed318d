/** `accounts/:accountId/members`: who may do what in an account (DESIGN §7). */
import { Delete, Get, Param, Post, Put, Req } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import type { Request } from 'express';
import { Incoming, IncomingBody } from '../../http/index.js';
import { MembershipService, type Principal } from '../../identity/index.js';
import { AccountScope } from './account-scope.js';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented } from './cloudflare.docs.js';
import { NoRoute } from './cloudflare.errors.js';
import { Caller } from './cloudflare.guard.js';
import { MemberRolesInput, NewMemberInput, roleOf } from './cloudflare.inputs.js';
import { IdView, MemberView, memberView } from './cloudflare.views.js';
import { requestedPage, stretchOf, success, successPage, type Envelope } from './envelope.js';

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
    description: 'Oldest first.',
    result: MemberView,
    isList: true,
    refusals: ['invalid', 'no_account'],
  })
  @ApiQuery({ name: 'page', required: false, type: 'integer', description: 'From 1; past the end the list is empty.' })
  @ApiQuery({ name: 'per_page', required: false, type: 'integer', description: '1 to 1000; all unless given.' })
  async list(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Req() request: Request,
  ): Promise<Envelope<MemberView[]>> {
    const account = await this.scope.toRead(caller, accountId);
    const page = requestedPage(request);
    const [members, total] = await this.memberships.list(account.id, stretchOf(page));
    return successPage(members.map(memberView), page, total);
  }

  @Get(':memberId')
  @Documented({ summary: 'Get one member', result: MemberView, refusals: ['no_account'] })
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
    description: 'An existing user, by his e-mail address.',
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
  @Documented({ summary: 'Remove a member', result: IdView, refusals: ['no_account'] })
  async delete(
    @Caller() caller: Principal,
    @Param('accountId') accountId: string,
    @Param('memberId') memberId: string,
  ): Promise<Envelope<IdView>> {
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
