/** `user` and `memberships`: who calls, and where they may act (docs/contracts/cloudflare.md §10.6). */
import { Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { PageRequest } from '../../core/index.js';
import { AccountService, MembershipService, type Membership, type Principal } from '../../identity/index.js';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented, PageParameters } from './cloudflare.docs.js';
import { Caller, Permits } from './cloudflare.guard.js';
import { sendList, success, type Envelope } from './envelope.js';
import { MembershipView, UserView, membershipView, userView } from './users.views.js';

@CloudflareController('user', 'User')
export class UsersController {
  @Permits('signed-in')
  @Get()
  @Documented({
    summary: 'Get the caller',
    description: 'The user to whom the credential belongs.',
    returns: 'The user.',
    result: UserView,
  })
  get(@Caller() { user }: Principal): Envelope<UserView> {
    return success(userView(user));
  }
}

@CloudflareController('memberships', 'User')
export class MembershipsController {
  constructor(
    private readonly memberships: MembershipService,
    private readonly accounts: AccountService,
  ) {}

  @Permits('signed-in')
  @Get()
  @Documented({
    summary: 'List the caller’s memberships',
    description: 'The accounts that the caller is a member of, with their role. Administrators need none.',
    returns: 'The memberships.',
    result: MembershipView,
    isList: true,
    refusals: ['invalid', 'too_many'],
  })
  @PageParameters()
  async list(@Caller() { user }: Principal, @Req() request: Request, @Res() response: Response): Promise<void> {
    const list = {
      all: () => this.viewsOf(this.memberships.allOfUser(user.id)),
      page: async (page: PageRequest): Promise<[MembershipView[], number]> => {
        const [memberships, total] = await this.memberships.listOfUser(user.id, page);
        return [await this.views(memberships), total];
      },
    };
    await sendList(request, response, list, (view) => view);
  }

  private async *viewsOf(batches: AsyncGenerator<Membership[]>): AsyncGenerator<MembershipView[], void> {
    for await (const memberships of batches) yield await this.views(memberships);
  }

  /** Those of accounts that are being deleted are left out. */
  private async views(memberships: readonly Membership[]): Promise<MembershipView[]> {
    const names = await this.accounts.namesOf(memberships.map(({ accountId }) => accountId));
    return memberships.flatMap((membership) => {
      const name = names.get(membership.accountId);
      return name === undefined ? [] : [membershipView(membership, name)];
    });
  }
}
