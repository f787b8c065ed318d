/** The fields of access tokens, of which `fields_set` selects some (docs/contracts/crm.md §5). */

/** Fields whose meaning the caller defines (docs/contracts/crm.md §4.0). */
export const UDF_FIELDS = [
  'udf_string_1',
  'udf_string_2',
  'udf_string_3',
  'udf_string_4',
  'udf_string_5',
  'udf_string_6',
  'udf_string_7',
  'udf_string_8',
  'udf_float_1',
  'udf_float_2',
  'udf_float_3',
  'udf_float_4',
  'udf_date_1',
  'udf_date_2',
  'udf_date_3',
  'udf_date_4',
] as const;

export type UdfField = (typeof UDF_FIELDS)[number];

/** The fields of an access token, in the order in which they are written. */
export const FIELDS = [
  'id',
  'number',
  'life_cycle_state',
  'authentication_code',
  'identifier',
  'verification_code',
  'verified_date',
  'verified_by_user',
  'classification',
  'accounts_receivable',
  'rewards_participant',
  ...UDF_FIELDS,
  'log_information',
] as const;

export type Field = (typeof FIELDS)[number];

/** The fields of `reset_pass_code`. */
export const PASS_CODE_FIELDS = [
  'id',
  'number',
  'life_cycle_state',
  'authentication_code',
  'identifier',
  'random_pass_code',
  'log_information',
] as const;

export type PassCodeField = (typeof PASS_CODE_FIELDS)[number];
