/** `zones`: domains, each of which belongs to an account (docs/contracts/cloudflare.md §10.5). */
import { Delete, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ApiQuery } from '../../internals/index.js';
import { ZoneService, readDomain, type Zone } from '../../applications/index.js';
import type { PageRequest } from '../../core/index.js';
import { Input, exampleOf, optionalExamples, queryText } from '../../http/index.js';
import { AccountService, type Principal } from '../../identity/index.js';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented, NameParameter, PageParameters } from './cloudflare.docs.js';
import { Caller, Permits, ZoneInPath } from './cloudflare.guard.js';
import { sendList, success, type Envelope } from './envelope.js';
import { ZoneInput, accountOf } from './zones.inputs.js';
import { ZoneIdView, ZoneView, zoneView } from './zones.views.js';

@CloudflareController('zones', 'Zones')
export class ZonesController {
  constructor(
    private readonly zones: ZoneService,
    private readonly accounts: AccountService,
  ) {}

  @Permits('signed-in')
  @Get()
  @Documented({
    summary: 'List zones',
    description:
      'Those of the accounts that the caller is a member of; all for administrators of the server. Oldest first.',
    returns: 'The zones.',
    result: ZoneView,
    isList: true,
    refusals: ['invalid', 'too_many'],
  })
  @PageParameters()
  @NameParameter(exampleOf(ZoneView).name)
  @ApiQuery({
    name: 'account.id',
    required: false,
    type: String,
    examples: optionalExamples({ account: exampleOf(ZoneView).account.id }),
    description: 'Only zones of this account.',
  })
  async list(@Caller() { user }: Principal, @Req() request: Request, @Res() response: Response): Promise<void> {
    const filter = {
      name: queryText(request, 'name')?.toLowerCase(),
      accountId: queryText(request, 'account.id')?.toLowerCase(),
    };
    const list = {
      all: () => this.viewsOf(this.zones.all(user, filter)),
      page: async (page: PageRequest): Promise<[ZoneView[], number]> => {
        const [zones, total] = await this.zones.page(user, filter, page);
        return [await this.views(zones), total];
      },
    };
    await sendList(request, response, list, (view) => view);
  }

  @Permits('account:read')
  @Get(':zoneId')
  @Documented({
    summary: 'Get one zone',
    description: 'For members of its account. All others get the same 403 whether or not it exists.',
    returns: 'The zone.',
    result: ZoneView,
    refusals: ['no_account'],
  })
  async get(@ZoneInPath() zone: Zone): Promise<Envelope<ZoneView>> {
    return success(await this.view(zone));
  }

  @Permits('administrator')
  @Post()
  @Documented({
    summary: 'Create a zone',
    description:
      'Administrators of the server only, since nobody else can tell whose a domain is. Applications of other accounts ' +
      'cannot have addresses in it, and are not found by its hosts any more.',
    returns: 'The new zone.',
    body: ZoneInput,
    examples: { 'For an account': { name: 'example.org', account: { id: exampleOf(ZoneView).account.id } } },
    result: ZoneView,
    refusals: ['invalid', 'no_account', 'conflict'],
  })
  async create(@Caller() { actor }: Principal, @Input(ZoneInput) input: ZoneInput): Promise<Envelope<ZoneView>> {
    const name = readDomain(input.name) ?? '';
    return success(await this.view(await this.zones.create(actor, name, accountOf(input))));
  }

  @Permits('administrator')
  @Delete(':zoneId')
  @Documented({
    summary: 'Delete a zone',
    description: 'Administrators of the server only. Applications and tokens of the account stay.',
    returns: 'The id of the deleted zone.',
    result: ZoneIdView,
    refusals: ['no_account'],
  })
  async delete(@Caller() { actor }: Principal, @ZoneInPath() { id }: Zone): Promise<Envelope<ZoneIdView>> {
    await this.zones.delete(actor, id);
    return success({ id });
  }

  private async *viewsOf(batches: AsyncGenerator<Zone[]>): AsyncGenerator<ZoneView[], void> {
    for await (const zones of batches) yield await this.views(zones);
  }

  private async view(zone: Zone): Promise<ZoneView> {
    return zoneView(zone, (await this.accounts.namesOf([zone.accountId])).get(zone.accountId) ?? '');
  }

  private async views(zones: readonly Zone[]): Promise<ZoneView[]> {
    const names = await this.accounts.namesOf(zones.map(({ accountId }) => accountId));
    return zones.map((zone) => zoneView(zone, names.get(zone.accountId) ?? ''));
  }
}
