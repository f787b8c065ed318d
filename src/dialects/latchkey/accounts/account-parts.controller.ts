/** Serves what belongs to an account (docs/contracts/latchkey.md §5): members, and for reading applications and policies. */
import { Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApplicationService, PolicyService } from '../../../applications/index.js';
import { DomainError } from '../../../core/index.js';
import { StrictInput } from '../../../http/index.js';
import { AccountAbilities, MembershipService, type Member } from '../../../identity/index.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented } from '../latchkey.docs.js';
import { AccountId, Caller, Permits, UserId, type LatchkeyCaller } from '../latchkey.guard.js';
import { wrongMember, unknown } from '../latchkey.problems.js';
import { UserIds } from '../users/user-ids.js';
import { PAGE, type Page } from '../query/paging.js';
import { Queried, QueryInput, type QueryValues } from '../query/parameters.js';
import { pageOf, placeIn } from '../query/places.js';
import { MemberPatchInput, NewMemberInput, personIn } from './accounts.inputs.js';
import {
  ApplicationList,
  MemberList,
  MemberView,
  PolicyList,
  applicationView,
  memberView,
  policyView,
  type ApplicationView,
  type PolicyView,
} from './accounts.views.js';

type Viewer = LatchkeyCaller['user'];
type PageQuery = QueryValues<typeof PAGE>;

@LatchkeyController('accounts/:accountId', 'Accounts')
export class AccountPartsController {
  constructor(
    private readonly memberships: MembershipService,
    private readonly applications: ApplicationService,
    private readonly policies: PolicyService,
    private readonly abilities: AccountAbilities,
    private readonly ids: UserIds,
  ) {}

  @Permits('account:read')
  @Get('members')
  @Queried(PAGE)
  @Documented({
    operationId: 'listMembers',
    summary: 'List members',
    description: 'Oldest first.',
    returns: 'A page of members.',
    answer: MemberList,
    problems: ['not-found', 'gone', 'too-many-requests'],
  })
  async listMembers(
    @Caller() { user }: LatchkeyCaller,
    @AccountId() id: string,
    @QueryInput(PAGE) { limit, cursor }: PageQuery,
  ): Promise<Page<MemberView>> {
    const list = ['members', id];
    const part = await this.memberships.part(id, { after: placeIn(cursor, list), limit }, user.id);
    return pageOf(part, await this.viewed(user, id, part.rows), list);
  }

  @Permits('account:change')
  @Post('members')
  @Documented({
    operationId: 'addMember',
    summary: 'Add a member',
    description: 'An existing user, by their address or their id.',
    returns: 'The member.',
    status: 201,
    body: NewMemberInput,
    examples: {
      'By address': { email: 'alice@example.com', role: 'read_only' },
      'By id': { user_id: '1001', role: 'administrator' },
    },
    answer: MemberView,
    problems: ['not-found', 'conflict'],
  })
  async addMember(
    @Caller() { actor, user }: LatchkeyCaller,
    @AccountId() id: string,
    @StrictInput(NewMemberInput) input: NewMemberInput,
  ): Promise<MemberView> {
    const person = personIn(input);
    const who = 'email' in person ? person.email : await this.ids.inMember('user_id', person.id);
    try {
      return await this.viewedOne(user, id, await this.memberships.add(actor, id, who, input.role));
    } catch (error) {
      const isUnknown = error instanceof DomainError && ['user_not_found', 'invalid_value'].includes(error.code);
      throw isUnknown ? wrongMember('email' in person ? 'email' : 'user_id', error.message) : error;
    }
  }

  @Permits('account:change')
  @Patch('members/:userId')
  @Documented({
    operationId: 'updateMember',
    summary: 'Change a member’s role',
    description:
      'Counts at once. Only administrators of the server take the role from the last administrator of an account, unless ' +
      'the server allows it (`ACCOUNT_LAST_ADMINISTRATOR`): 409.',
    returns: 'The changed member.',
    body: MemberPatchInput,
    answer: MemberView,
    problems: ['not-found', 'conflict'],
  })
  async updateMember(
    @Caller() { actor, user }: LatchkeyCaller,
    @AccountId() id: string,
    @UserId() userId: number,
    @StrictInput(MemberPatchInput) { role }: MemberPatchInput,
  ): Promise<MemberView> {
    const membershipId = await this.membershipOf(id, userId);
    return this.viewedOne(user, id, await this.memberships.changeRole(actor, id, membershipId, role));
  }

  @Permits('account:change')
  @Delete('members/:userId')
  @HttpCode(204)
  @Documented({
    operationId: 'removeMember',
    summary: 'Remove a member',
    description:
      'The user and their own tokens stay, as do the service tokens of the account. The last administrator of an account ' +
      'stays as well, as for a change of the role: 409.',
    returns: 'The user is no member any more.',
    answer: null,
    problems: ['not-found', 'conflict'],
  })
  async removeMember(
    @Caller() { actor }: LatchkeyCaller,
    @AccountId() id: string,
    @UserId() userId: number,
  ): Promise<void> {
    await this.memberships.remove(actor, id, await this.membershipOf(id, userId));
  }

  @Permits('account:read')
  @Get('applications')
  @Queried(PAGE)
  @Documented({
    operationId: 'listApplications',
    summary: 'List applications',
    description: 'With the policies that decide about them. They are changed over another API of this server.',
    returns: 'A page of applications, oldest first.',
    answer: ApplicationList,
    problems: ['not-found', 'gone', 'too-many-requests'],
  })
  async listApplications(
    @Caller() { user }: LatchkeyCaller,
    @AccountId() id: string,
    @QueryInput(PAGE) { limit, cursor }: PageQuery,
  ): Promise<Page<ApplicationView>> {
    const list = ['applications', id];
    const part = await this.applications.part(user.id, id, { after: placeIn(cursor, list), limit });
    const addresses = await this.applications.addressesOf(part.rows.map(({ application }) => application.id));
    const views = part.rows.map((row) => applicationView(row, addresses.get(row.application.id)));
    return pageOf(part, views, list);
  }

  @Permits('account:read')
  @Get('policies')
  @Queried(PAGE)
  @Documented({
    operationId: 'listPolicies',
    summary: 'List reusable policies',
    description:
      'Those that all applications of the account can have. They are changed over another API of this server.',
    returns: 'A page of policies, oldest first.',
    answer: PolicyList,
    problems: ['not-found', 'gone', 'too-many-requests'],
  })
  async listPolicies(
    @Caller() { user }: LatchkeyCaller,
    @AccountId() id: string,
    @QueryInput(PAGE) { limit, cursor }: PageQuery,
  ): Promise<Page<PolicyView>> {
    const list = ['policies', id];
    const part = await this.policies.part(user.id, id, { after: placeIn(cursor, list), limit });
    return pageOf(part, part.rows.map(policyView), list);
  }

  private async viewed(viewer: Viewer, accountId: string, members: readonly Member[]): Promise<MemberView[]> {
    const role = await this.memberships.roleOf(viewer.id, accountId);
    const abilitiesOf = await this.abilities.ofMembers(viewer, accountId, role);
    return members.map((member) => memberView(member, abilitiesOf(member.user.id)));
  }

  private async viewedOne(viewer: Viewer, accountId: string, member: Member): Promise<MemberView> {
    const [view] = await this.viewed(viewer, accountId, [member]);
    if (!view) throw new Error('a member has no view');
    return view;
  }

  /** @throws Problem */
  private async membershipOf(accountId: string, userId: number): Promise<string> {
    const membership = await this.memberships.find(accountId, userId);
    if (!membership) throw unknown('member');
    return membership.id;
  }
}
