/** Request bodies of groups. Undeclared members are ignored; for optional members, `null` counts as absent. */
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import { IsOptional, ValidateBy } from 'class-validator';
import { INTEGER_MAX } from '../../core/index.js';
import { InputError, IsText, members } from '../../http/index.js';
import { GROUP_NAME_MAX, readGroupName } from '../../identity/index.js';
import { parameterMissing, whenNoString } from './canvus.messages.js';

/** Maximum number of characters of a description. */
const DESCRIPTION_MAX = 1000;

function IsGroupName(): PropertyDecorator {
  return ValidateBy({
    name: 'isGroupName',
    validator: {
      validate: (value: unknown) => !('flaw' in readGroupName(value)),
      defaultMessage: (rule) => {
        if (typeof rule?.value !== 'string') return whenNoString('name', rule?.value);
        const name = readGroupName(rule.value);
        return 'flaw' in name ? `name ${name.flaw}` : 'name is not valid';
      },
    },
  });
}

export class NewGroupInput {
  @ApiProperty({ minLength: 1, maxLength: GROUP_NAME_MAX, example: 'Engineering', description: 'Must be unique.' })
  @IsGroupName()
  name!: string;

  @ApiPropertyOptional({ type: String, maxLength: DESCRIPTION_MAX, example: 'Product engineering team' })
  @IsOptional()
  @IsText({ max: DESCRIPTION_MAX, whenNoString })
  description?: string | null;
}

export class GroupPatchInput {
  @ApiPropertyOptional({ type: String, minLength: 1, maxLength: GROUP_NAME_MAX, example: 'Platform engineering' })
  @IsOptional()
  @IsGroupName()
  name?: string | null;

  @ApiPropertyOptional({ type: String, maxLength: DESCRIPTION_MAX, example: 'Everybody who runs the platform' })
  @IsOptional()
  @IsText({ max: DESCRIPTION_MAX, whenNoString })
  description?: string | null;
}

/** The body that adds a member, for OpenAPI; {@link readMemberId} reads it. */
export class GroupMemberInput {
  @ApiProperty({ type: 'integer', minimum: 1, example: 1001, description: 'Id of the user.' })
  id!: number;
}

/**
 * The id of the user to add, as a number or its decimal digits. One public client calls it `user_id`.
 * @throws InputError
 */
export function readMemberId(body: unknown): number {
  const { id, user_id: otherName } = members(body);
  const given = id ?? otherName ?? undefined;
  if (given === undefined) throw new InputError('id', parameterMissing('id'), true);
  const value = typeof given === 'string' && /^[1-9]\d{0,9}$/.test(given) ? Number(given) : given;
  const isId = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= INTEGER_MAX;
  if (!isId) throw new InputError('id', 'id must be the id of a user: a whole number from 1', false);
  return value;
}
