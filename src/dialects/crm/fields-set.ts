/** Reads `fields_set`, which selects the returned fields of an access token (docs/contracts/crm.md §5). */
import { CrmError } from './crm.errors.js';
import type { Parameters } from './parameters.js';

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

/**
 * The selected fields, from a comma-separated string or a list of strings. Absent or empty selects all; unknown names
 * select nothing.
 * @param known - the fields that the method returns
 * @throws CrmError `invalidParameter`
 */
export function readFieldsSet<F extends string>(parameters: Parameters, known: readonly F[]): ReadonlySet<F> {
  const value = parameters.raw('fields_set');
  if (value === undefined || value === null || value === '') return new Set(known);
  const names: unknown = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    throw new CrmError('invalidParameter', 'fields_set must be a string of field names separated by commas');
  }
  const wanted = new Set(
    names
      .flatMap((name) => name.split(','))
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );
  if (wanted.size === 0) return new Set(known);
  return new Set(known.filter((field) => wanted.has(field)));
}
