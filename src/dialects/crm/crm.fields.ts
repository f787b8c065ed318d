/** The fields of access tokens, of which `fields_set` selects some (docs/contracts/crm.md §5). */
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
