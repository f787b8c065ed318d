/** Serves `groups`: everybody reads them, administrators change them (docs/contracts/canvus.md §3.9). */
import { Delete, Get, Patch, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { EmptyView, Input, InputBy, allowCompression, streamJsonArray } from '../../http/index.js';
import { GroupService, VisibleGroups, VisibleUsers, type Principal } from '../../identity/index.js';
import { ALL_USERS, afterAllUsers, refuseAllUsers, requireOtherName } from './built-in-group.js';
import { CanvusController } from './canvus.controller.js';
import { Documented } from './canvus.docs.js';
import { Caller, GroupId, MemberId, Permits } from './canvus.guard.js';
import { UserView, userView } from './canvus.views.js';
import { GroupMemberInput, GroupPatchInput, NewGroupInput, readMemberId } from './groups.inputs.js';
import { GroupView, groupView } from './groups.views.js';
import { Streams } from './streams/streams.js';
import { Subscribable, asksForStream } from './streams/subscribe-parameter.js';
import { WatchedGroups } from './streams/watched-groups.js';
import { WatchedResources } from './streams/watched-resources.js';

@CanvusController('groups', 'Groups')
export class GroupsController {
  constructor(
    private readonly groups: GroupService,
    private readonly visible: VisibleGroups,
    private readonly users: VisibleUsers,
    private readonly streams: Streams,
    private readonly resources: WatchedGroups,
    private readonly userResources: WatchedResources,
  ) {}

  @Permits('signed-in')
  @Get()
  @Subscribable()
  @Documented({
    summary: 'List groups',
    description:
      'Ordered by id. The first is that of all users, which every server has. If the server has several accounts, ' +
      'users other than administrators get the groups that they are members of (setting `USERS_VISIBLE_TO`).',
    returns: 'The groups.',
    answer: GroupView,
    isArray: true,
    isLimited: true,
    errors: [403],
  })
  async list(@Caller() caller: Principal, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { user } = caller;
    if (asksForStream(request)) await this.streams.open(response, caller, await this.resources.list(user));
    else {
      allowCompression(response);
      await streamJsonArray(response, afterAllUsers(this.visible.all(user)), groupView);
    }
  }

  @Permits('signed-in')
  @Get(':groupId')
  @Subscribable()
  @Documented({
    summary: 'Get one group',
    description: 'A group that the caller may not see is answered like one that does not exist.',
    returns: 'The group.',
    answer: GroupView,
    isLimited: true,
    errors: [403, 404],
  })
  async get(
    @Caller() caller: Principal,
    @GroupId() id: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const group = id === ALL_USERS.id ? ALL_USERS : await this.visible.get(caller.user, id);
    if (asksForStream(request)) await this.streams.open(response, caller, await this.resources.one(caller.user, id));
    else response.json(groupView(group));
  }

  @Permits('administrator')
  @Post()
  @Documented({
    summary: 'Create a group',
    description: 'Administrators only. A group gives no rights on this server: other applications read it.',
    returns: 'The new group.',
    body: NewGroupInput,
    answer: GroupView,
    errors: [400, 403, 409],
  })
  async create(@Caller() { actor }: Principal, @Input(NewGroupInput) input: NewGroupInput): Promise<GroupView> {
    const { name, description } = input;
    requireOtherName(name);
    return groupView(await this.groups.create(actor, { name, description: description ?? '' }));
  }

  @Permits('administrator')
  @Patch(':groupId')
  @Documented({
    summary: 'Rename a group',
    description: 'Administrators only. Changes the name, the description, or both. The id stays.',
    returns: 'The changed group.',
    body: GroupPatchInput,
    answer: GroupView,
    errors: [400, 403, 404, 409],
  })
  async patch(
    @Caller() { actor }: Principal,
    @GroupId() id: number,
    @Input(GroupPatchInput) { name, description }: GroupPatchInput,
  ): Promise<GroupView> {
    refuseAllUsers(id);
    if (typeof name === 'string') requireOtherName(name);
    const changes = {
      ...(typeof name === 'string' && { name }),
      ...(typeof description === 'string' && { description }),
    };
    return groupView(await this.groups.update(actor, id, changes));
  }

  @Permits('administrator')
  @Delete(':groupId')
  @Documented({
    summary: 'Delete a group',
    description: 'Administrators only. Its members remain users.',
    returns: 'An empty object.',
    answer: EmptyView,
    errors: [403, 404],
  })
  async delete(@Caller() { actor }: Principal, @GroupId() id: number): Promise<EmptyView> {
    refuseAllUsers(id);
    await this.groups.delete(actor, id);
    return {};
  }

  @Permits('signed-in')
  @Get(':groupId/members')
  @Subscribable()
  @Documented({
    operationId: 'listGroupMembers',
    summary: 'List the members of a group',
    description: 'Ordered by id. Users whom the caller may not see are left out (setting `USERS_VISIBLE_TO`).',
    returns: 'The members.',
    answer: UserView,
    isArray: true,
    isLimited: true,
    errors: [403, 404],
  })
  async members(
    @Caller() caller: Principal,
    @GroupId() id: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { user } = caller;
    if (asksForStream(request)) {
      const isOfAll = id === ALL_USERS.id;
      if (!isOfAll) await this.visible.get(user, id);
      const resource = isOfAll ? this.userResources.usersFor(user) : this.resources.members(user, id);
      await this.streams.open(response, caller, await resource);
      return;
    }
    allowCompression(response);
    const members = id === ALL_USERS.id ? this.users.all(user) : this.visible.members(user, id);
    await streamJsonArray(response, members, userView);
  }

  @Permits('administrator')
  @Post(':groupId/members')
  @Documented({
    operationId: 'addGroupMember',
    summary: 'Add a user to a group',
    description: 'Administrators only. A user who is a member already stays one.',
    returns: 'An empty object.',
    body: GroupMemberInput,
    answer: EmptyView,
    errors: [400, 403, 404],
  })
  async addMember(
    @Caller() { actor }: Principal,
    @GroupId() id: number,
    @InputBy(readMemberId) userId: number,
  ): Promise<EmptyView> {
    refuseAllUsers(id);
    await this.groups.addMember(actor, id, userId);
    return {};
  }

  @Permits('administrator')
  @Delete(':groupId/members/:memberId')
  @Documented({
    operationId: 'removeGroupMember',
    summary: 'Remove a user from a group',
    description: 'Administrators only. The user stays.',
    returns: 'An empty object.',
    answer: EmptyView,
    errors: [403, 404],
  })
  async removeMember(
    @Caller() { actor }: Principal,
    @GroupId() id: number,
    @MemberId() userId: number,
  ): Promise<EmptyView> {
    refuseAllUsers(id);
    await this.groups.removeMember(actor, id, userId);
    return {};
  }
}
