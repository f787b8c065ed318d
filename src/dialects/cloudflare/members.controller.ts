/** `accounts/:accountId/members`: who may do what in an account (docs/design.md §7). */
import { Delete, Get, Post, Put, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Input } from '../../http/index.js';
import { MembershipService, type Member, type Principal } from '../../identity/index.js';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented, PageParameters } from './cloudflare.docs.js';
import { AccountId, Caller, MemberId, MemberInPath, Permits } from './cloudflare.guard.js';
import { MemberRolesInput, NewMemberInput, newMemberIn, roleOf } from './cloudflare.inputs.js';
import { MemberIdView, MemberView, memberView } from './cloudflare.views.js';
import { pageRequestOf, requestedPage, sendAll, sendPage, success, wantsAll, type Envelope } from './envelope.js';

@CloudflareController('accounts/:accountId/members', 'Members')
export class MembersController {
  constructor(private readonly memberships: MembershipService) {}

  @Permits('account:read')
  @Get()
  @Documented({
    summary: 'List members',
    returns: 'The members.',
    description: 'Oldest first.',
    result: MemberView,
    isList: true,
    refusals: ['invalid', 'no_account', 'too_many'],
  })
  @PageParameters()
  async list(
    @Caller() { user }: Principal,
    @AccountId() accountId: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const page = requestedPage(request);
    if (wantsAll(page)) {
      await sendAll(response, this.memberships.all(accountId, user.id), memberView);
      return;
    }
    const [members, total] = await this.memberships.list(accountId, pageRequestOf(page), user.id);
    sendPage(response, members.map(memberView), page, total);
  }

  @Permits('account:read')
  @Get(':memberId')
  @Documented({
    summary: 'Get one member',
    description: 'The user and their role. For any member of the account, and for administrators of the server.',
    returns: 'The member.',
    result: MemberView,
    refusals: ['no_account'],
  })
  get(@MemberInPath() member: Member): Envelope<MemberView> {
    return success(memberView(member));
  }

  @Permits('account:change')
  @Post()
  @Documented({
    summary: 'Add a member',
    description: 'Adds an existing user by their e-mail address or their id.',
    returns: 'The new member.',
    body: NewMemberInput,
    examples: { 'By address': { email: 'alice@example.com', roles: ['read_only'] } },
    result: MemberView,
    refusals: ['invalid', 'no_account', 'conflict'],
  })
  async create(
    @Caller() { actor }: Principal,
    @AccountId() accountId: string,
    @Input(NewMemberInput) input: NewMemberInput,
  ): Promise<Envelope<MemberView>> {
    return success(memberView(await this.memberships.add(actor, accountId, newMemberIn(input), roleOf(input))));
  }

  @Permits('account:change')
  @Put(':memberId')
  @Documented({
    summary: 'Change a member’s role',
    returns: 'The changed member.',
    description:
      'For administrators of the account or of the server. Takes effect at once. The last administrator of an account ' +
      'can only be made `read_only` by an administrator of the server, unless the server allows it ' +
      '(`ACCOUNT_LAST_ADMINISTRATOR`).',
    body: MemberRolesInput,
    result: MemberView,
    refusals: ['invalid', 'no_account'],
  })
  async update(
    @Caller() { actor }: Principal,
    @MemberInPath() { membership }: Member,
    @Input(MemberRolesInput) input: MemberRolesInput,
  ): Promise<Envelope<MemberView>> {
    const { accountId, id } = membership;
    return success(memberView(await this.memberships.changeRole(actor, accountId, id, roleOf(input))));
  }

  @Permits('account:change')
  @Delete(':memberId')
  @Documented({
    summary: 'Remove a member',
    returns: 'The id of the ended membership.',
    description:
      'Ends the membership, and the user’s CRM logins to this account. The user and their own tokens stay, as do the ' +
      'service tokens of the account. The last administrator of an account can only be removed by an administrator of ' +
      'the server, unless the server allows it (`ACCOUNT_LAST_ADMINISTRATOR`).',
    result: MemberIdView,
    refusals: ['no_account'],
  })
  async delete(
    @Caller() { actor }: Principal,
    @AccountId() accountId: string,
    @MemberId() id: string,
  ): Promise<Envelope<MemberIdView>> {
    await this.memberships.remove(actor, accountId, id);
    return success({ id });
  }
}
