/** The parameters of the methods for access tokens: their OpenAPI documentation, and functions that read them. */
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import { INTEGER_MAX } from '../../core/index.js';
import {
  readAccessTokenIdentifier,
  readCodeOrIdentifier,
  type AccessTokenIdentifier,
} from './access-token-identifier.js';
import { CrmError } from './crm.errors.js';
import { withRelations, withUdf } from './relations.docs.js';
import {
  changedUdf,
  readRelations,
  readUdf,
  type TokenRelations,
  type UdfChanges,
  type UdfValues,
} from './token-relations.js';
import { FIELDS, PASS_CODE_FIELDS, type Field, type PassCodeField } from './crm.fields.js';
import type { Parameters } from './parameters.js';
import { readIdentifierChanges, type IdentifierChanges } from './pass-code-rules.js';
import {
  NO_CARD,
  NO_FILTER,
  NO_OWNER,
  NO_RELATION,
  NO_RELATION_AS_SHOWN,
  NO_RELATION_WITH_FIELD,
  NO_TOKEN,
} from './refused-parameters.js';

export class TokenInput {
  @ApiProperty({ example: '1F0E7C5A9B3D4E6F8A1B2C3D4E5F6071', description: 'From `authentication/token`.' })
  token!: string;
}

export class FieldsSetInput extends TokenInput {
  @ApiPropertyOptional({
    example: 'number,identifier',
    description: 'Fields to return, separated by commas. Default: all.',
  })
  fields_set?: string;
}

export class AccessTokenIdentifierInput {
  @ApiPropertyOptional({ example: 'AC-1', description: 'Send either this, or `identifier` with `pass_code`.' })
  authentication_code?: string;

  @ApiPropertyOptional({
    example: 'jane@example.com',
    description: 'Send it with `pass_code`, without `authentication_code`.',
  })
  identifier?: string;

  @ApiPropertyOptional({ example: '12345' })
  pass_code?: string;
}

export class NamedInput extends FieldsSetInput {
  @ApiProperty()
  access_token_identifier!: AccessTokenIdentifierInput;
}

/** Descriptions of the parameters that select a part of a list. */
export const NUMBER =
  'Maximum number of tokens to return. One answer holds at most 10,000 (`CRM_LIST_MAX`); if more are asked for, ' +
  '`status.description` says where to go on. Required unless an owner is given.';
export const OFFSET = 'How many tokens to leave out first. Default: 0.';
export const NUMBER_OF_RESULTS = 'Another name of `number`. Of both, the smaller counts.';

export class ListInput extends FieldsSetInput {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, example: 10, description: NUMBER })
  number?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, example: 0, description: OFFSET })
  offset?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, example: 10, description: NUMBER_OF_RESULTS })
  number_of_results?: number;

  @ApiPropertyOptional({ enum: ['EFFECTIVE', 'NOT_EFFECTIVE', 'PENDING_VERIFICATION'] })
  life_cycle_state?: string;
}

withRelations(ListInput);

export class CreateInput extends FieldsSetInput {
  @ApiPropertyOptional({ example: 'AC-1', description: 'Unique in the organisation. Default: generated.' })
  authentication_code?: string;

  @ApiPropertyOptional({
    example: 'jane@example.com',
    description: 'Unique in the organisation. Required unless tokens may have none.',
  })
  identifier?: string;

  @ApiPropertyOptional({ example: '12345', description: 'Required with an identifier. At most 72 bytes.' })
  pass_code?: string;
}

withRelations(CreateInput);
withUdf(CreateInput);

export class UpdateInput extends NamedInput {
  @ApiPropertyOptional({ type: String, nullable: true, example: 'AC-2', description: '`null` generates a new one.' })
  authentication_code?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Only with `pass_code`. `null` clears it if tokens may have none.',
  })
  identifier?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true })
  pass_code?: string | null;
}

withUdf(UpdateInput);

export class ResetPassCodeInput extends FieldsSetInput {
  @ApiPropertyOptional({ example: 'AC-1', description: 'Send either this or `identifier`.' })
  authentication_code?: string;

  @ApiPropertyOptional({ description: 'Send either this or `authentication_code`.' })
  identifier?: string;
}

export class ChangePassCodeInput extends TokenInput {
  @ApiProperty({ example: '54321', description: 'The new one. At most 72 bytes.' })
  pass_code!: string;
}

/** Names one access token, and the fields to answer. */
export interface Named {
  readonly fields: ReadonlySet<Field>;
  readonly named: AccessTokenIdentifier;
}

/** @throws CrmError `parameterMissing`, `semiOptional`, `invalidParameter` */
export function readNamed(given: Parameters): Named {
  given.refuse(NO_RELATION);
  return { fields: given.fieldsSet(FIELDS), named: readAccessTokenIdentifier(given) };
}

/** The filter of a list: `true` effective, `false` not effective, `null` a state that no token of this server has. */
const STATES: ReadonlyMap<string, boolean | null> = new Map([
  ['EFFECTIVE', true],
  ['NOT_EFFECTIVE', false],
  ['PENDING_VERIFICATION', null],
]);

/** Names of life cycle states. */
export const STATE_NAMES = [...STATES.keys()];

/** What tokens belong to, in a list; `null` for tokens that belong to nothing. */
export interface OwnedBy {
  readonly accountsReceivable?: string;
  readonly rewardsParticipant?: string;
}

export interface ListQuery {
  readonly fields: ReadonlySet<Field>;
  readonly number: number;
  readonly offset: number;
  /** The state; `undefined` lists all, `null` none. */
  readonly effective: boolean | null | undefined;
  /** The owner; `undefined` lists all, `null` those without one. */
  readonly owner: OwnedBy | null | undefined;
  readonly classification: string | undefined;
}

/**
 * @param isOfConsumer - whether the caller sees the tokens of one owner only, which need not be named
 * @throws CrmError `parameterMissing`, `semiOptional`, `invalidParameter`
 */
export function readList(given: Parameters, isOfConsumer = false): ListQuery {
  for (const refused of [NO_FILTER, NO_RELATION_WITH_FIELD, NO_RELATION_AS_SHOWN]) given.refuse(refused);
  const { accountsReceivable, rewardsParticipant, classification } = readRelations(given);
  if (accountsReceivable !== null && rewardsParticipant !== null) {
    throw new CrmError('semiOptional', 'accounts_receivable_identifier, rewards_participant_identifier');
  }
  const owner: OwnedBy | undefined =
    accountsReceivable !== null
      ? { accountsReceivable }
      : rewardsParticipant !== null
        ? { rewardsParticipant }
        : undefined;
  return { ...readPart(given, !owner && !isOfConsumer), owner, classification: classification ?? undefined };
}

/** @throws CrmError `parameterMissing`, `invalidParameter` */
export function readNotAssociated(given: Parameters): ListQuery {
  for (const refused of [NO_FILTER, NO_OWNER, NO_RELATION_AS_SHOWN]) given.refuse(refused);
  return { ...readPart(given, true), owner: null, classification: undefined };
}

/** @param needsNumber - whether the number of tokens has to be given */
function readPart(given: Parameters, needsNumber: boolean): Omit<ListQuery, 'owner' | 'classification'> {
  const fields = given.fieldsSet(FIELDS);
  const number = given.whole('number', 1);
  const results = given.whole('number_of_results', 1);
  if (needsNumber && number === undefined && results === undefined) throw new CrmError('parameterMissing', 'number');
  const offset = given.whole('offset', 0) ?? 0;
  const state = given.optional('life_cycle_state');
  const effective = state === undefined ? undefined : STATES.get(state);
  if (state !== undefined && effective === undefined) {
    throw new CrmError('invalidParameter', `life_cycle_state must be one of ${STATE_NAMES.join(', ')}`);
  }
  return { fields, number: Math.min(number ?? INTEGER_MAX, results ?? INTEGER_MAX), offset, effective };
}

/** What a new token is related to, and what callers keep with it. */
export interface Kept extends TokenRelations {
  readonly udf: UdfValues | null;
}

/** Names of the parameters that {@link readKept} reads or refuses. */
export const KEPT =
  /^(accounts_receivable|rewards_participant|classification|udf|card|access_token_identifier|life_cycle)/;

export const NOTHING_KEPT: Kept = {
  accountsReceivable: null,
  rewardsParticipant: null,
  classification: null,
  udf: null,
};

/** @throws CrmError `semiOptional`, `invalidParameter`, also for a state that a new token does not have */
export function readKept(given: Parameters): Kept {
  for (const refused of [NO_TOKEN, NO_RELATION_WITH_FIELD, NO_RELATION_AS_SHOWN]) given.refuse(refused);
  requireState(given, true);
  given.refuse(NO_CARD);
  return { ...readRelations(given), udf: changedUdf(null, readUdf(given)) };
}

/**
 * Refuses a state that the method does not give the token.
 * @param effective - the state that the token has, or will have
 * @throws CrmError `invalidParameter`
 */
export function requireState(given: Parameters, effective: boolean): void {
  const state = given.optional('life_cycle_state');
  if (state === undefined || STATES.get(state) === effective) return;
  throw new CrmError(
    'invalidParameter',
    'life_cycle_state is not changed by this method; use access_tokens/set_as_effective or set_as_not_effective',
  );
}

export interface Update extends Named {
  /** Refuses another state than that of the token. @throws CrmError `invalidParameter` */
  readonly requireState: (effective: boolean) => void;
  /** A new code, `null` for a generated one, `undefined` for the present one. */
  readonly code: string | null | undefined;
  readonly names: IdentifierChanges;
  readonly udf: UdfChanges;
}

/** @throws CrmError `parameterMissing`, `semiOptional`, `invalidParameter` */
export function readUpdate(given: Parameters): Update {
  const { fields, named } = readNamed(given);
  given.refuse(NO_CARD);
  const code = given.given('authentication_code');
  if (code === '') throw new CrmError('invalidParameter', 'authentication_code must not be empty');
  return {
    fields,
    named,
    code,
    names: readIdentifierChanges(given),
    udf: readUdf(given),
    requireState: (effective) => {
      requireState(given, effective);
    },
  };
}

export interface ResetPassCode {
  readonly fields: ReadonlySet<PassCodeField>;
  readonly named: { readonly handle: string } | { readonly identifier: string };
}

/** @throws CrmError `semiOptional`, `invalidParameter` */
export function readResetPassCode(given: Parameters): ResetPassCode {
  given.refuse(NO_RELATION);
  const fields = given.fieldsSet(PASS_CODE_FIELDS);
  const named = readCodeOrIdentifier(given);
  given.refuse(NO_TOKEN);
  return { fields, named: 'authenticationCode' in named ? { handle: named.authenticationCode } : named };
}
