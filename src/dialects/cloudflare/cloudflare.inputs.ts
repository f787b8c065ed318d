/** Request bodies. Undeclared members are ignored; for optional members, `null` counts as absent. */
import { Rule } from './input-rules.js';
import { Allow, IsBoolean, IsOptional, ValidateBy, ValidateIf } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import { InputError } from '../../http/index.js';
import {
  ACCOUNT_NAME_MAX,
  readAccountName,
  readEmailAddress,
  type AccountChanges,
  type AccountSetting,
  type AccountSettingValues,
  type Role,
} from '../../identity/index.js';

/** A name or address that has to be unique; the message says what is wrong with one that cannot be. */
function LabelRule(read: typeof readAccountName, field: string, missing: string): PropertyDecorator {
  return ValidateBy({
    name: 'label',
    validator: {
      validate: (value) => !('flaw' in read(value)),
      defaultMessage: (rule) => {
        const label = typeof rule?.value === 'string' ? read(rule.value) : undefined;
        return label && 'flaw' in label ? `${field} ${label.flaw}` : missing;
      },
    },
  });
}

const IsAccountName = (): PropertyDecorator =>
  LabelRule(readAccountName, 'name', `name must be a string of 1 to ${String(ACCOUNT_NAME_MAX)} characters`);

/** The largest id that the database can store. */
const USER_ID_MAX = 2_147_483_647;

const isUserId = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= USER_ID_MAX;

abstract class AccountNameInput {
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    example: false,
    description:
      'Whether to take a name although it is reserved for an account that had it. For administrators of the server; ' +
      'ignored for others.',
  })
  @IsOptional()
  @IsBoolean({ message: 'take_reserved_name must be true or false' })
  take_reserved_name?: boolean | null;
}

export class AccountPatchInput extends AccountNameInput {
  @ApiPropertyOptional({
    type: String,
    minLength: 1,
    maxLength: ACCOUNT_NAME_MAX,
    example: 'Acme',
    description: 'Unique on this server.',
  })
  @IsOptional()
  @IsAccountName()
  name?: string | null;

  /** Documented by `withAccountSettings`, and checked by {@link accountChanges}. */
  @ApiPropertyOptional({ type: Object, example: {} })
  @Allow()
  settings?: unknown;
}

export class AccountInput extends AccountNameInput {
  @ApiProperty({ minLength: 1, maxLength: ACCOUNT_NAME_MAX, example: 'Acme', description: 'Unique on this server.' })
  @IsAccountName()
  name!: string;
}

const ROLES: readonly string[] = ['administrator', 'read_only'] satisfies Role[];

/** One role, as its name or as an object with its `id`: clients use both forms. */
const isRoleList = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 1 && roleIn(value) !== undefined;

function roleIn(list: readonly unknown[]): Role | undefined {
  const [given] = list;
  const name = typeof given === 'object' && given !== null ? (given as { id?: unknown }).id : given;
  return ROLES.includes(name as string) ? (name as Role) : undefined;
}

export class MemberRolesInput {
  @ApiProperty({
    type: [String],
    example: ['read_only'],
    description: 'One of `administrator` (everything) and `read_only` (list and get).',
  })
  @Rule(isRoleList, 'roles must be a list of exactly one of "administrator" and "read_only"')
  roles!: unknown[];
}

export class NewMemberInput extends MemberRolesInput {
  @ApiPropertyOptional({
    format: 'email',
    example: 'alice@example.com',
    description: 'E-mail address of an existing user. Required without `user_id`.',
  })
  @ValidateIf(({ user_id: id }: NewMemberInput) => (id ?? undefined) === undefined)
  @LabelRule(readEmailAddress, 'email', 'email must be the e-mail address of a user of this server')
  email?: string | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: USER_ID_MAX,
    description:
      'Id of an existing user, instead of `email`: an address means the user who has it when the request is made. Not of the ' +
      'vendor’s API.',
  })
  @IsOptional()
  @Rule(isUserId, `user_id must be a whole number from 1 to ${String(USER_ID_MAX)}`)
  user_id?: number | null;
}

/**
 * Whom a body names: by address or by id.
 * @throws InputError
 */
export function newMemberIn({ email, user_id: id }: NewMemberInput): string | number {
  if (typeof id !== 'number') return email ?? '';
  if (typeof email === 'string') throw new InputError('user_id', 'send either email or user_id, not both', false);
  return id;
}

/** @throws InputError */
export function roleOf({ roles }: MemberRolesInput): Role {
  const role = roleIn(roles);
  if (!role) throw new InputError('roles', 'roles must name a role', false);
  return role;
}

/**
 * What a body asks for, in the service's terms.
 * @param known - the settings that accounts have; others are ignored
 * @throws InputError
 */
export function accountChanges(
  { name, settings, take_reserved_name: takesReserved }: AccountPatchInput,
  known: readonly AccountSetting[],
): AccountChanges {
  return {
    ...(typeof name === 'string' && { name }),
    takesReserved: takesReserved ?? false,
    settings: settingChanges(settings ?? {}, known),
  };
}

function settingChanges(settings: unknown, known: readonly AccountSetting[]): AccountSettingValues {
  const isObject = typeof settings === 'object' && settings !== null && !Array.isArray(settings);
  const given = isObject ? (settings as Record<string, unknown>) : {};
  const named = known.filter(({ name }) => given[name] !== undefined);
  if (!isObject || !named.every(({ name, isValid }) => isValid(given[name]))) {
    const rules = known.map(({ name, expected }) => `; ${name} in it must be ${expected}`);
    throw new InputError('settings', `settings must be an object${rules.join('')}`, false);
  }
  return Object.fromEntries(named.map(({ name }) => [name, given[name]]));
}
