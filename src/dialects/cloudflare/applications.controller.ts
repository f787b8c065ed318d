/** `access/apps`: what is protected (docs/contracts/cloudflare.md §10.1). */
import { Delete, Get, Post, Put, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ApiQuery } from '../../internals/index.js';
import { ApplicationService, type ApplicationWithPolicies, type JsonObject } from '../../applications/index.js';
import { Input, exampleOf, optionalExamples, queryText } from '../../http/index.js';
import type { Principal } from '../../identity/index.js';
import { APPLICATION_MEMBERS, ApplicationInput, applicationValues } from './applications.inputs.js';
import { ApplicationIdView, ApplicationView, applicationView } from './applications.views.js';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented, NameParameter, PageParameters } from './cloudflare.docs.js';
import { AccountId, ApplicationInPath, Caller, Permits } from './cloudflare.guard.js';
import { sendList, success, type Envelope } from './envelope.js';
import { OtherMembers } from './input-rules.js';
import { zoneTwin } from './zone-twin.js';

@CloudflareController('accounts/:accountId/access/apps', 'Applications')
export class ApplicationsController {
  constructor(private readonly applications: ApplicationService) {}

  @Permits('account:change')
  @Post()
  @Documented({
    summary: 'Create an application',
    description:
      'The answer has its audience tag, `aud`. Members that are not listed are kept and shown again, and decide nothing.',
    returns: 'The new application.',
    status: 201,
    body: ApplicationInput,
    examples: {
      'With a new policy': {
        name: 'Build server',
        domain: 'build.example.com/api',
        policies: [{ name: 'Services', decision: 'non_identity', include: [{ any_valid_service_token: {} }] }],
      },
    },
    result: ApplicationView,
    refusals: ['invalid', 'no_account'],
  })
  async create(
    @Caller() { actor }: Principal,
    @AccountId() accountId: string,
    @Input(ApplicationInput) input: ApplicationInput,
    @OtherMembers(APPLICATION_MEMBERS) extra: JsonObject,
  ): Promise<Envelope<ApplicationView>> {
    const values = applicationValues(input, extra);
    return success(applicationView(await this.applications.create(actor, accountId, values)));
  }

  @Permits('account:read')
  @Get()
  @Documented({
    summary: 'List applications',
    description: 'Oldest first. Without `per_page`, all of them.',
    returns: 'The applications.',
    result: ApplicationView,
    isList: true,
    refusals: ['invalid', 'no_account', 'too_many'],
  })
  @PageParameters()
  @NameParameter(exampleOf(ApplicationView).name)
  @Filter('domain', 'Only the application with exactly this domain.', exampleOf(ApplicationView).domain)
  @Filter('aud', 'Only the application with this audience tag.', exampleOf(ApplicationView).aud)
  @Filter('search', 'Part of the name or the domain, ignoring case.', 'build')
  async list(
    @Caller() { user }: Principal,
    @AccountId() accountId: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const filter = {
      name: queryText(request, 'name'),
      domain: queryText(request, 'domain'),
      aud: queryText(request, 'aud'),
      search: queryText(request, 'search'),
    };
    const list = {
      all: () => this.applications.all(user.id, accountId, filter),
      page: (page: Parameters<ApplicationService['page']>[3]) =>
        this.applications.page(user.id, accountId, filter, page),
    };
    await sendList(request, response, list, applicationView);
  }

  @Permits('account:read')
  @Get(':applicationId')
  @Documented({
    summary: 'Get one application',
    description: 'With its policies in their order.',
    returns: 'The application.',
    result: ApplicationView,
    refusals: ['not_found'],
  })
  get(@ApplicationInPath() application: ApplicationWithPolicies): Envelope<ApplicationView> {
    return success(applicationView(application));
  }

  @Permits('account:change')
  @Put(':applicationId')
  @Documented({
    summary: 'Change an application',
    description:
      'The body is the whole application: absent members are as on a create, but for `policies`, which stay as they are. ' +
      '`id` and `aud` stay. When this returns, every instance decides by the new state.',
    returns: 'The changed application.',
    body: ApplicationInput,
    result: ApplicationView,
    refusals: ['invalid', 'not_found'],
  })
  async update(
    @Caller() { actor }: Principal,
    @ApplicationInPath() { application: { id, accountId } }: ApplicationWithPolicies,
    @Input(ApplicationInput) input: ApplicationInput,
    @OtherMembers(APPLICATION_MEMBERS) extra: JsonObject,
  ): Promise<Envelope<ApplicationView>> {
    const values = applicationValues(input, extra);
    return success(applicationView(await this.applications.update(actor, accountId, id, values)));
  }

  @Permits('account:change')
  @Delete(':applicationId')
  @Documented({
    summary: 'Delete an application',
    description: 'With the policies that belong to it. When this returns, no instance admits anybody to it.',
    returns: 'The id of the deleted application.',
    status: 202,
    result: ApplicationIdView,
    refusals: ['not_found'],
  })
  async delete(
    @Caller() { actor }: Principal,
    @ApplicationInPath() { application: { id, accountId } }: ApplicationWithPolicies,
  ): Promise<Envelope<ApplicationIdView>> {
    await this.applications.delete(actor, accountId, id);
    return success({ id });
  }
}

export const ZoneApplicationsController = zoneTwin(ApplicationsController, 'access/apps');

function Filter(name: string, description: string, example: string): MethodDecorator {
  return ApiQuery({
    name,
    required: false,
    type: String,
    examples: optionalExamples({ [name]: example }),
    description,
  });
}
