/** The response bodies: the success envelope, and access tokens with their fields (docs/contracts/crm.md §4.0, §6). */
import { ApiProperty, ApiPropertyOptional, PickType } from '../../internals/index.js';
import type { Account } from '../../identity/index.js';
import type { AccessToken } from './access-token.entity.js';
import { RELATION_VIEWS, withUdf } from './relations.docs.js';
import { relationView } from './token-relations.js';
import { token } from './crm.examples.js';
import { UDF_FIELDS, type Field, type UdfField } from './crm.fields.js';
import type { Author, Authors } from './log-information.js';

export class StatusView {
  @ApiProperty({ enum: ['OK'] })
  code!: string;

  @ApiProperty({ example: '' })
  description!: string;

  @ApiProperty({ example: '' })
  message!: string;
}

/** The success envelope around the result of every method. */
export interface Envelope<T> {
  status: StatusView;
  data: T;
}

/** @param description - a hint for developers; `message`, which clients show to people, stays empty */
export function ok<T>(data: T, description = ''): Envelope<T> {
  return { status: okStatus(description), data };
}

/** The status of a success; some methods answer nothing else. */
export function okStatus(description = ''): StatusView {
  return { code: 'OK', description, message: '' };
}

class UnitView {
  @ApiProperty({ example: '1' })
  id!: string;

  @ApiProperty({ example: 'Acme', description: 'The organisation, which has one unit.' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: null })
  description!: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  alternative_code!: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  group_name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  community_name!: string | null;
}

class UserView {
  @ApiProperty({ example: '1000' })
  id!: string;

  @ApiProperty({ type: String, nullable: true, example: 'alice@example.com' })
  username!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Alice' })
  person_name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'alice@example.com' })
  email!: string | null;
}

class LogInformationView {
  @ApiProperty({ example: '2015-05-27T12:03:05', description: 'UTC, without a zone.' })
  created_date!: string;

  @ApiProperty({ example: '2015-05-27T12:03:05' })
  updated_date!: string;

  @ApiProperty()
  created_by_unit!: UnitView;

  @ApiProperty()
  updated_by_unit!: UnitView;

  @ApiProperty({ type: UserView, nullable: true })
  created_by_user!: UserView | null;

  @ApiProperty({ type: UserView, nullable: true })
  updated_by_user!: UserView | null;
}

/** The fields of an access token; `fields_set` can select some. */
export class AccessTokenView {
  @ApiPropertyOptional({ example: '8C1E866074D743EE834E910A28C1E582', description: '32 upper-case hex characters.' })
  id?: string;

  @ApiPropertyOptional({ example: 'AT0000000671' })
  number?: string;

  @ApiPropertyOptional({ enum: ['EFFECTIVE', 'NOT_EFFECTIVE'] })
  life_cycle_state?: string;

  @ApiPropertyOptional({ example: 'CCD4537C0E5A4D0F9C1B6A7E8F901234' })
  authentication_code?: string;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'jane@example.com' })
  identifier?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: null })
  verification_code?: null;

  @ApiPropertyOptional({ type: String, nullable: true, example: null })
  verified_date?: null;

  @ApiPropertyOptional({ type: Object, nullable: true, example: null })
  verified_by_user?: null;

  @ApiPropertyOptional({ type: RELATION_VIEWS.classification, nullable: true })
  classification?: object | null;

  @ApiPropertyOptional({ type: RELATION_VIEWS.accounts_receivable, nullable: true })
  accounts_receivable?: object | null;

  @ApiPropertyOptional({ type: RELATION_VIEWS.rewards_participant, nullable: true })
  rewards_participant?: object | null;

  @ApiPropertyOptional()
  log_information?: LogInformationView;
}

withUdf(AccessTokenView);

/** What `reset_pass_code` returns. */
export class PassCodeView extends PickType(AccessTokenView, [
  'id',
  'number',
  'life_cycle_state',
  'authentication_code',
  'identifier',
  'log_information',
]) {
  @ApiPropertyOptional({ example: 'k3Xp9Q', description: 'The new pass code. It is never shown again.' })
  random_pass_code?: string;
}

export class LoginTokenView {
  @ApiProperty({ example: token, description: 'Lives for two hours.' })
  token!: string;
}

/** Builds only the requested fields, and reads only what they need. */
export function accessTokenFields(
  token: AccessToken,
  account: Account,
  authors?: Authors,
): Record<Field, () => unknown> {
  const none = (): null => null;
  return {
    id: () => token.id.replaceAll('-', '').toUpperCase(),
    number: () => `AT${String(token.number).padStart(10, '0')}`,
    life_cycle_state: () => (token.enabled ? 'EFFECTIVE' : 'NOT_EFFECTIVE'),
    authentication_code: () => token.handle,
    identifier: () => token.identifier,
    verification_code: none,
    verified_date: none,
    verified_by_user: none,
    classification: () => token.classification && relationView(token.classification, CLASSIFICATION),
    accounts_receivable: () => token.accountsReceivable && relationView(token.accountsReceivable, ACCOUNTS_RECEIVABLE),
    rewards_participant: () => token.rewardsParticipant && relationView(token.rewardsParticipant, PARTICIPANT),
    ...udfFields(token),
    log_information: () => logInformationView(token, account, authors),
  };
}

const CLASSIFICATION = ['id', 'name', 'alternative_code'];
const ACCOUNTS_RECEIVABLE = ['id', 'number', 'name', 'life_cycle_state', 'account_owner'];
const PARTICIPANT = ['id', 'number'];

function udfFields({ udf }: Pick<AccessToken, 'udf'>): Record<UdfField, () => unknown> {
  const entries = UDF_FIELDS.map((field) => [field, () => udf?.[field] ?? null] as const);
  return Object.fromEntries(entries) as Record<UdfField, () => unknown>;
}

/** The fields that a client has selected, by name. */
export type SelectedFields = Partial<Record<string, unknown>>;

/** Builds the selected fields, in their order. */
export function selected<F extends string>(all: Record<F, () => unknown>, fields: ReadonlySet<F>): SelectedFields {
  return Object.fromEntries([...fields].map((field) => [field, all[field]()]));
}

/** The columns that the fields are built from. */
export const COLUMNS: Readonly<Partial<Record<Field, readonly (keyof AccessToken)[]>>> = {
  number: ['number'],
  life_cycle_state: ['enabled'],
  authentication_code: ['handle'],
  identifier: ['identifier'],
  classification: ['classification'],
  accounts_receivable: ['accountsReceivable'],
  rewards_participant: ['rewardsParticipant'],
  ...(Object.fromEntries(UDF_FIELDS.map((field) => [field, ['udf']])) as Record<UdfField, ['udf']>),
  log_information: ['createdAt', 'updatedAt'],
};

function logInformationView(token: AccessToken, account: Account, authors: Authors | undefined): LogInformationView {
  const unit = unitView(account);
  return {
    created_date: wireDate(token.createdAt),
    updated_date: wireDate(token.updatedAt),
    created_by_unit: unit,
    updated_by_unit: unit,
    created_by_user: userView(authors?.createdBy),
    updated_by_user: userView(authors?.updatedBy),
  };
}

/** The only unit of an organisation. */
export const UNIT_ID = '1';

function unitView({ name }: Account): UnitView {
  return { id: UNIT_ID, name, description: null, alternative_code: null, group_name: null, community_name: null };
}

function userView(author: Author | null | undefined): UserView | null {
  if (!author) return null;
  const { id, name, email } = author;
  return { id, username: email, person_name: name, email };
}

/** `YYYY-MM-DDThh:mm:ss`, UTC. */
function wireDate(moment: Date): string {
  return moment.toISOString().slice(0, 19);
}
