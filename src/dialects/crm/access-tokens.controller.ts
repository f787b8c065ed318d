/** Serves `access_tokens/*`, the methods on access tokens (docs/contracts/crm.md §4). */
import { Get, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { ApiQuery } from '../../internals/index.js';
import { AccessTokenList } from './access-token-list.js';
import type { AccessToken } from './access-token.entity.js';
import { AccessTokenService } from './access-token.service.js';
import { CrmController } from './crm.controller.js';
import { Documented, FIELDS_SET_QUERY, TOKEN_QUERY } from './crm.docs.js';
import { LIST_ERRORS, NAMED_ERRORS, PageOfList, RelationsInQuery, STATE_ERRORS } from './access-tokens.docs.js';
import { EXAMPLES } from './crm.examples.js';
import { Caller, Given, Permits, type CrmCaller } from './crm.guard.js';
import {
  CreateInput,
  KEPT,
  ListInput,
  NOTHING_KEPT,
  NamedInput,
  ResetPassCodeInput,
  UpdateInput,
  readKept,
  readList,
  readNamed,
  readNotAssociated,
  readResetPassCode,
  readUpdate,
  type ListQuery,
  type Named,
  type ResetPassCode,
  type Update,
} from './access-tokens.inputs.js';
import { accessTokenFields, ok, selected, type Envelope, type SelectedFields } from './crm.views.js';
import { FIELDS, type Field } from './crm.fields.js';
import { LogInformation } from './log-information.js';
import { Parameters } from './parameters.js';
import { readNewIdentifiers } from './pass-code-rules.js';
import { VisibleTokens } from './visible-tokens.js';

@CrmController('access_tokens', 'Access tokens')
export class AccessTokensController {
  constructor(
    private readonly tokens: AccessTokenService,
    private readonly visible: VisibleTokens,
    private readonly lists: AccessTokenList,
    private readonly logInformation: LogInformation,
  ) {}

  @Permits('own_tokens:read')
  @Post('show')
  @Documented({
    summary: 'Show one access token',
    description:
      'Identified by its code, or by identifier and pass code together. The answer to a wrong pass code is the same as ' +
      'for an access token that does not exist; too many are refused for a while.',
    body: NamedInput,
    examples: EXAMPLES.named,
    data: 'accessToken',
    errors: [...NAMED_ERRORS, 'invalidRequest'],
  })
  async show(
    @Caller() caller: CrmCaller,
    @Given(readNamed) { named, fields }: Named,
  ): Promise<Envelope<SelectedFields>> {
    return ok(await this.view(caller, await this.visible.find(caller, named), fields));
  }

  @Permits('own_tokens:read')
  @Get('show')
  @Documented({
    summary: 'Show one access token, in the older form',
    description: 'Prefer POST: a pass code in the address may appear in the logs of proxies.',
    data: 'accessToken',
    errors: NAMED_ERRORS,
  })
  @ApiQuery(TOKEN_QUERY)
  @ApiQuery({
    name: 'access_token_identifier',
    type: String,
    example: 'authentication_code=AC-1',
    description: 'By its code, or `identifier=…,pass_code=…`.',
  })
  @ApiQuery(FIELDS_SET_QUERY)
  showByGet(@Caller() caller: CrmCaller, @Given(readNamed) call: Named): Promise<Envelope<SelectedFields>> {
    return this.show(caller, call);
  }

  @Permits('own_tokens:read')
  @Post('list')
  @Documented({
    summary: 'List access tokens',
    description:
      'Ordered by number, at most as many as requested. `offset` leads to the next ones. An owner selects the tokens ' +
      'that were created with the same identifier.',
    body: ListInput,
    examples: EXAMPLES.list,
    data: 'accessTokens',
    errors: [...LIST_ERRORS, 'invalidRequest'],
  })
  list(@Caller() caller: CrmCaller, @Given() given: Parameters, @Res() response: Response): Promise<void> {
    return this.lists.send(response, caller, readList(given, caller.consumer !== null));
  }

  @Permits('own_tokens:read')
  @Get('list')
  @Documented({
    summary: 'List access tokens, in the form of the query',
    description: 'The same as the POST. Owners and classification are written `field=value`.',
    data: 'accessTokens',
    errors: LIST_ERRORS,
  })
  @PageOfList()
  @RelationsInQuery()
  listByGet(@Caller() caller: CrmCaller, @Given() given: Parameters, @Res() response: Response): Promise<void> {
    return this.list(caller, given, response);
  }

  @Permits('organisation:read')
  @Get('get_not_associated')
  @Documented({
    summary: 'List access tokens not associated with anything',
    description: 'Those with neither accounts receivable nor a rewards participant.',
    data: 'accessTokens',
    errors: LIST_ERRORS,
  })
  @PageOfList()
  getNotAssociated(
    @Caller() caller: CrmCaller,
    @Given(readNotAssociated) query: ListQuery,
    @Res() response: Response,
  ): Promise<void> {
    return this.lists.send(response, caller, query);
  }

  @Permits('organisation:change')
  @Post('create')
  @Documented({
    summary: 'Create an access token',
    description:
      'Effective at once. Code and identifier must be unique in the organisation. The pass code is never returned.',
    body: CreateInput,
    examples: EXAMPLES.create,
    data: 'accessToken',
    errors: [
      'invalidToken',
      'notPermitted',
      'parameterMissing',
      'semiOptional',
      'invalidParameter',
      'invalidRequest',
      'codeTaken',
      'identifierTaken',
    ],
  })
  async create(@Caller() caller: CrmCaller, @Given() given: Parameters): Promise<Envelope<SelectedFields>> {
    const fields = given.fieldsSet(FIELDS);
    const code = given.optional('authentication_code');
    const isNamed = given.optional('identifier') !== undefined;
    const names = readNewIdentifiers(given, !isNamed && (await this.tokens.identifiersOptional(caller.account)));
    const kept = given.namesLike(KEPT).length > 0 ? readKept(given) : NOTHING_KEPT;
    return ok(await this.view(caller, await this.tokens.create(caller, code, names, kept), fields));
  }

  @Permits('organisation:change')
  @Post('update')
  @Documented({
    summary: 'Change an access token',
    description:
      'Absent members stay unchanged. `authentication_code: null` generates a new code. A new `identifier` needs a new ' +
      '`pass_code`. `null` clears `identifier` or `pass_code` if tokens may have none.',
    body: UpdateInput,
    examples: EXAMPLES.update,
    data: 'accessToken',
    errors: [...NAMED_ERRORS, 'notPermitted', 'invalidRequest', 'codeTaken', 'identifierTaken'],
  })
  async update(
    @Caller() caller: CrmCaller,
    @Given(readUpdate) { named, fields, requireState, ...changes }: Update,
  ): Promise<Envelope<SelectedFields>> {
    const found = await this.visible.find(caller, named);
    requireState(found.enabled);
    return ok(await this.view(caller, await this.tokens.update(caller, found, changes), fields));
  }

  @Permits('organisation:change')
  @Post('set_as_effective')
  @Documented({
    summary: 'Make an access token effective',
    description: 'The token must not be effective yet.',
    body: NamedInput,
    examples: EXAMPLES.named,
    data: 'accessToken',
    errors: STATE_ERRORS,
  })
  setAsEffective(@Caller() caller: CrmCaller, @Given(readNamed) call: Named): Promise<Envelope<SelectedFields>> {
    return this.setEffective(caller, call, true);
  }

  @Permits('organisation:change')
  @Post('set_as_not_effective')
  @Documented({
    summary: 'Make an access token not effective',
    description: 'The token must be effective.',
    body: NamedInput,
    examples: EXAMPLES.named,
    data: 'accessToken',
    errors: STATE_ERRORS,
  })
  setAsNotEffective(@Caller() caller: CrmCaller, @Given(readNamed) call: Named): Promise<Envelope<SelectedFields>> {
    return this.setEffective(caller, call, false);
  }

  @Permits('organisation:change')
  @Post('reset_pass_code')
  @Documented({
    summary: 'Give an access token a random pass code',
    description: 'The token must be effective. It is identified by its code or its identifier.',
    body: ResetPassCodeInput,
    examples: EXAMPLES.resetPassCode,
    data: 'passCode',
    errors: ['invalidToken', 'notPermitted', 'semiOptional', 'invalidParameter', 'tokenNotFound', 'invalidState'],
  })
  async resetPassCode(
    @Caller() caller: CrmCaller,
    @Given(readResetPassCode) { named, fields }: ResetPassCode,
  ): Promise<Envelope<SelectedFields>> {
    const { account } = caller;
    const found = await this.visible.findOne(caller, named);
    const { token, passCode } = await this.tokens.resetPassCode(caller, found);
    const authors = fields.has('log_information') ? await this.logInformation.authorsOf([token]) : undefined;
    const all = {
      ...accessTokenFields(token, account, authors?.get(token.id)),
      random_pass_code: () => passCode.reveal(),
    };
    return ok(selected(all, fields));
  }

  private async setEffective(
    caller: CrmCaller,
    { named, fields }: Named,
    effective: boolean,
  ): Promise<Envelope<SelectedFields>> {
    const found = await this.visible.find(caller, named);
    return ok(await this.view(caller, await this.tokens.setEffective(caller, found, effective), fields));
  }

  private async view(
    { account, consumer }: CrmCaller,
    token: AccessToken,
    fields: ReadonlySet<Field>,
  ): Promise<SelectedFields> {
    const isLogShown = consumer === null && fields.has('log_information');
    const authors = isLogShown ? await this.logInformation.authorsOf([token]) : undefined;
    return selected(accessTokenFields(token, account, authors?.get(token.id)), fields);
  }
}
