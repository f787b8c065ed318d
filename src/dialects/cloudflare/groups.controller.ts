/** `access/groups`: there are none (docs/contracts/cloudflare.md §10.4). */
import { Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented, PageParameters } from './cloudflare.docs.js';
import { Permits } from './cloudflare.guard.js';
import { GroupView } from './cloudflare.views.js';
import { sendKnown } from './envelope.js';
import { zoneTwin } from './zone-twin.js';

@CloudflareController('accounts/:accountId/access/groups', 'Groups')
export class GroupsController {
  @Permits('account:read')
  @Get()
  @Documented({
    summary: 'List groups',
    description: 'This server has no groups: the list is empty.',
    returns: 'No groups.',
    result: GroupView,
    isList: true,
    refusals: ['invalid', 'no_account'],
  })
  @PageParameters()
  list(@Req() request: Request, @Res() response: Response): void {
    sendKnown(request, response, [], (group) => group);
  }
}

export const ZoneGroupsController = zoneTwin(GroupsController, 'access/groups');
