/** The body and the answer of changes to many tokens at a time (docs/contracts/latchkey.md §2). */
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min, ValidateBy } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '../../../internals/index.js';
import { EXAMPLE_TOKEN_ID } from '../latchkey.docs.js';
import { AccountReferenceView } from './tokens.views.js';

export const BULK_ACTIONS = ['revoke', 'disable', 'enable'] as const;

export type BulkAction = (typeof BULK_ACTIONS)[number];

/** Ids in one body, and items of an answer. */
export const MOST_ITEMS = 1000;

/** Tokens that one filter may match. */
export const MOST_MATCHED = 10_000;

function Are(name: string, validate: (value: unknown) => boolean, rule: string): PropertyDecorator {
  return ValidateBy({ name, validator: { validate, defaultMessage: (given) => `${given?.property ?? 'it'} ${rule}` } });
}

const isIds = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= MOST_ITEMS && value.every((id) => typeof id === 'string' && id.length <= 64);

const isFilter = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

export class BulkInput {
  @ApiProperty({ enum: BULK_ACTIONS, example: 'disable' })
  @IsIn(BULK_ACTIONS, { message: `action must be one of ${BULK_ACTIONS.join(', ')}` })
  action!: BulkAction;

  @ApiPropertyOptional({ type: [String], maxItems: MOST_ITEMS, description: 'The tokens, by their ids.' })
  @IsOptional()
  @Are('areIds', isIds, `must be a list of at most ${String(MOST_ITEMS)} ids`)
  ids?: string[] | null;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { state: 'expired' },
    description:
      'Instead: the tokens that match, by the names of the parameters of the list. A filter that matches more than ' +
      '10,000 is refused.',
  })
  @IsOptional()
  @Are('isFilter', isFilter, 'must be an object with the names of the parameters of the list')
  filter?: Record<string, unknown> | null;

  @ApiPropertyOptional({ type: Boolean, default: false, description: 'Only tells what would be done.' })
  @IsOptional()
  @IsBoolean({ message: 'dry_run must be true or false' })
  dry_run?: boolean | null;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'Refused with 409 if another number matches.' })
  @IsOptional()
  @IsInt({ message: 'expected must be a whole number' })
  @Min(0, { message: 'expected must be at least 0' })
  @Max(MOST_MATCHED, { message: `expected must be at most ${String(MOST_MATCHED)}` })
  expected?: number | null;
}

export const BULK_RESULTS = ['changed', 'unchanged', 'forbidden', 'in_use', 'not_found'] as const;

export type BulkResult = (typeof BULK_RESULTS)[number];

export class BulkItemView {
  @ApiProperty({ example: EXAMPLE_TOKEN_ID })
  id!: string;

  @ApiProperty({ type: String, nullable: true, example: 'CI/CD token' })
  name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'service_token' })
  kind!: string | null;

  @ApiProperty({ type: AccountReferenceView, nullable: true })
  account!: AccountReferenceView | null;

  @ApiProperty({ enum: BULK_RESULTS, description: '`in_use`: a policy names it.' })
  result!: BulkResult;
}

export class BulkView {
  @ApiProperty({ example: false })
  dry_run!: boolean;

  @ApiProperty({ type: 'integer', example: 1, description: 'Tokens that match and that you may see.' })
  matched!: number;

  @ApiProperty({ type: 'integer', example: 1 })
  changed!: number;

  @ApiProperty({ type: 'integer', example: 1, description: 'Accounts that these belong to.' })
  accounts!: number;

  @ApiProperty({ type: [BulkItemView], description: `The first ${String(MOST_ITEMS)}.` })
  items!: BulkItemView[];
}
