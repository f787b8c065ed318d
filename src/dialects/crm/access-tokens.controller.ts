/** `access_tokens/*`: the methods on access tokens (contract §4). */
import { Get, Post } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import type { AccessToken } from './access-token.entity.js';
import { AccessTokenService } from './access-token.service.js';
import type { Account } from '../../identity/index.js';
import { CrmController } from './crm.controller.js';
import { Documented, FIELDS_SET_QUERY, TOKEN_QUERY } from './crm.docs.js';
import type { CrmErrorName } from './crm.error-catalogue.js';
import { EXAMPLES } from './crm.examples.js';
import { Caller, Given, type CrmCaller } from './crm.guard.js';
import {
  CreateInput,
  ListInput,
  NamedInput,
  ResetPassCodeInput,
  STATE_NAMES,
  UpdateInput,
  readList,
  readNamed,
  readResetPassCode,
  readUpdate,
  type ListQuery,
  type Named,
  type ResetPassCode,
  type Update,
} from './crm.inputs.js';
import { Permits } from './crm.permissions.js';
import { COLUMNS, accessTokenFields } from './crm.views.js';
import { ok, type Envelope } from './envelope.js';
import { FIELDS, readFieldsSet, type Field } from './fields-set.js';
import { LogInformation } from './log-information.js';
import { Parameters } from './parameters.js';
import { readNewIdentifiers } from './pass-code-rules.js';

type SelectedFields = Partial<Record<string, unknown>>;

/** What can go wrong with a move to another life cycle state. */
const STATE_ERRORS: CrmErrorName[] = [
  'invalidToken',
  'notPermitted',
  'parameterMissing',
  'semiOptional',
  'invalidParameter',
  'tokenNotFound',
  'invalidState',
];

@CrmController('access_tokens', 'Access tokens')
export class AccessTokensController {
  constructor(
    private readonly tokens: AccessTokenService,
    private readonly logInformation: LogInformation,
  ) {}

  @Permits('organisation:read')
  @Post('show')
  @Documented({
    summary: 'Show one access token',
    description:
      'Named by its code alone, or by its identifier and pass code together. A wrong pass code is answered like an ' +
      'access token that does not exist.',
    body: NamedInput,
    examples: EXAMPLES.named,
    data: 'accessToken',
    errors: ['invalidToken', 'parameterMissing', 'semiOptional', 'invalidParameter', 'invalidRequest', 'tokenNotFound'],
  })
  async show(
    @Caller() { account }: CrmCaller,
    @Given(readNamed) { named, fields }: Named,
  ): Promise<Envelope<SelectedFields>> {
    return ok(await this.view(account, await this.tokens.find(account, named), fields));
  }

  @Permits('organisation:read')
  @Get('show')
  @Documented({
    summary: 'Show one access token, in the older form',
    description: 'A pass code in an address may end up in the logs of what stands in between: rather POST.',
    data: 'accessToken',
    errors: ['invalidToken', 'parameterMissing', 'semiOptional', 'invalidParameter', 'tokenNotFound'],
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

  @Permits('organisation:read')
  @Post('list')
  @Documented({
    summary: 'List access tokens',
    description: 'By number, at most as many as asked for.',
    body: ListInput,
    examples: EXAMPLES.list,
    data: 'accessTokens',
    errors: ['invalidToken', 'parameterMissing', 'invalidParameter', 'invalidRequest'],
  })
  async list(
    @Caller() { account }: CrmCaller,
    @Given(readList) { fields, limit, effective }: ListQuery,
  ): Promise<Envelope<SelectedFields[]>> {
    if (effective === null) return ok([]);
    const columns = [...new Set<keyof AccessToken>(['id', ...[...fields].flatMap((field) => COLUMNS[field] ?? [])])];
    const tokens = await this.tokens.list(account, { limit, columns, ...(effective !== undefined && { effective }) });
    const authors = fields.has('log_information') ? await this.logInformation.authorsOf(tokens) : undefined;
    return ok(tokens.map((token) => selected(accessTokenFields(token, account, authors?.get(token.id)), fields)));
  }

  @Permits('organisation:read')
  @Get(['list', 'get_not_associated'])
  @Documented({
    summary: 'List access tokens, by GET',
    description: 'The same rows as the POST: here no token is associated with anything.',
    data: 'accessTokens',
    errors: ['invalidToken', 'parameterMissing', 'invalidParameter'],
  })
  @ApiQuery(TOKEN_QUERY)
  @ApiQuery({ name: 'number', type: 'integer', example: 10, description: 'How many at the most.' })
  @ApiQuery({
    name: 'life_cycle_state',
    required: false,
    enum: STATE_NAMES,
    description: 'Only those in this state.',
  })
  @ApiQuery(FIELDS_SET_QUERY)
  listByGet(@Caller() caller: CrmCaller, @Given(readList) call: ListQuery): Promise<Envelope<SelectedFields[]>> {
    return this.list(caller, call);
  }

  @Permits('organisation:change')
  @Post('create')
  @Documented({
    summary: 'Create an access token',
    description: 'Effective at once. Code and identifier must be new in the organisation; no answer has the pass code.',
    body: CreateInput,
    examples: EXAMPLES.create,
    data: 'accessToken',
    errors: [
      'invalidToken',
      'notPermitted',
      'parameterMissing',
      'invalidParameter',
      'invalidRequest',
      'codeTaken',
      'identifierTaken',
    ],
  })
  async create(@Caller() caller: CrmCaller, @Given() given: Parameters): Promise<Envelope<SelectedFields>> {
    const { account } = caller;
    const fields = readFieldsSet(given, FIELDS);
    const code = given.optional('authentication_code');
    const names = readNewIdentifiers(given, this.tokens.identifiersOptional(account));
    return ok(await this.view(account, await this.tokens.create(caller, code, names), fields));
  }

  @Permits('organisation:change')
  @Post('update')
  @Documented({
    summary: 'Change an access token',
    description:
      'What is absent stays. `authentication_code: null` generates a new code; a new `identifier` needs a new ' +
      '`pass_code`; `null` clears `identifier` or `pass_code` where tokens may have none.',
    body: UpdateInput,
    examples: EXAMPLES.update,
    data: 'accessToken',
    errors: [
      'invalidToken',
      'notPermitted',
      'parameterMissing',
      'semiOptional',
      'invalidParameter',
      'invalidRequest',
      'tokenNotFound',
      'codeTaken',
      'identifierTaken',
    ],
  })
  async update(
    @Caller() caller: CrmCaller,
    @Given(readUpdate) { named, code, names, fields }: Update,
  ): Promise<Envelope<SelectedFields>> {
    const { account } = caller;
    const found = await this.tokens.find(account, named);
    return ok(await this.view(account, await this.tokens.update(caller, found, code, names), fields));
  }

  @Permits('organisation:change')
  @Post('set_as_effective')
  @Documented({
    summary: 'Make an access token effective',
    description: 'Only one that is not effective.',
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
    description: 'Only an effective one.',
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
    description: 'Only an effective one, named by its code or its identifier. The answer holds the new pass code.',
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
    const found = await this.tokens.findOne(account, named);
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
    const { account } = caller;
    const found = await this.tokens.find(account, named);
    return ok(await this.view(account, await this.tokens.setEffective(caller, found, effective), fields));
  }

  private async view(account: Account, token: AccessToken, fields: ReadonlySet<Field>): Promise<SelectedFields> {
    const authors = fields.has('log_information') ? await this.logInformation.authorsOf([token]) : undefined;
    return selected(accessTokenFields(token, account, authors?.get(token.id)), fields);
  }
}

function selected<F extends string>(all: Record<F, () => unknown>, fields: ReadonlySet<F>): SelectedFields {
  return Object.fromEntries([...fields].map((field) => [field, all[field]()]));
}
