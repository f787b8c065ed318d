/** Documents the parameters and fields that relate access tokens to other records, or that callers define. */
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import { UDF_FIELDS } from './crm.fields.js';

/** The records belong to other systems, so nothing checks that they exist. */
const ONE_MEMBER =
  'Send exactly one member. It is stored and compared as it is written: a record that is named by `id` here and by ' +
  'another member there counts as two.';

class AccountsReceivableIdentifierInput {
  @ApiPropertyOptional({ description: ONE_MEMBER })
  id?: string;

  @ApiPropertyOptional({ example: 'ACR0000000069' })
  number?: string;

  @ApiPropertyOptional()
  name?: string;
}

class RewardsParticipantIdentifierInput {
  @ApiPropertyOptional({ description: ONE_MEMBER })
  id?: string;

  @ApiPropertyOptional({ example: 'RP0000000012' })
  number?: string;
}

class ClassificationIdentifierInput {
  @ApiPropertyOptional({ description: ONE_MEMBER })
  id?: string;

  @ApiPropertyOptional({ example: 'Gold card' })
  name?: string;

  @ApiPropertyOptional()
  alternative_code?: string;
}

/** The records that a token can be related to, each with an example in the form of the query. */
export const RELATIONS = {
  accounts_receivable_identifier: { type: AccountsReceivableIdentifierInput, inQuery: 'number=ACR0000000069' },
  rewards_participant_identifier: { type: RewardsParticipantIdentifierInput, inQuery: 'number=RP0000000012' },
  classification_identifier: { type: ClassificationIdentifierInput, inQuery: 'name=Gold card' },
} as const;

/** Adds the identifiers of {@link RELATIONS} to a body. */
export function withRelations(input: { readonly prototype: object }): void {
  for (const [name, { type }] of Object.entries(RELATIONS)) ApiPropertyOptional({ type })(input.prototype, name);
}

/** Adds the fields that callers define to a body or a view. */
export function withUdf(owner: { readonly prototype: object }): void {
  for (const field of UDF_FIELDS) {
    const type = field.startsWith('udf_float') ? Number : String;
    const example = field.startsWith('udf_date') ? '2015-05-27T12:03:05' : undefined;
    ApiPropertyOptional({ type, nullable: true, ...(example && { example }) })(owner.prototype, field);
  }
}

class ClassificationView {
  @ApiProperty({ type: String, nullable: true, example: null })
  id!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Gold card' })
  name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  alternative_code!: string | null;
}

class RewardsParticipantView {
  @ApiProperty({ type: String, nullable: true, example: null })
  id!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'RP0000000012' })
  number!: string | null;
}

class AccountsReceivableView {
  @ApiProperty({ type: String, nullable: true, example: null })
  id!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'ACR0000000069' })
  number!: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  name!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Always `null`: only the other system has it.',
  })
  life_cycle_state!: null;

  @ApiProperty({ type: Object, nullable: true, example: null, description: 'Always `null`.' })
  account_owner!: null;
}

/** How related records are shown: what they were named by, and otherwise `null`. */
export const RELATION_VIEWS = {
  classification: ClassificationView,
  accounts_receivable: AccountsReceivableView,
  rewards_participant: RewardsParticipantView,
} as const;
