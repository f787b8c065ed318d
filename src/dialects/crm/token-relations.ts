/**
 * Reads and shows what an access token belongs to and what callers keep with it. Owners and classifications are records
 * of other systems: this server stores which ones a caller has named, and compares them (docs/contracts/crm.md §4.3).
 */
import { identifierMembers } from './access-token-identifier.js';
import { CrmError } from './crm.errors.js';
import { UDF_FIELDS, type UdfField } from './crm.fields.js';
import { Parameters } from './parameters.js';

/** The records that a token can be related to, and the fields of which one names such a record. */
const NAMED_BY = {
  accounts_receivable_identifier: ['id', 'number', 'name'],
  rewards_participant_identifier: ['id', 'number'],
  classification_identifier: ['id', 'name', 'alternative_code'],
} as const;

type RelationName = keyof typeof NAMED_BY;

export const RELATION_NAMES = Object.keys(NAMED_BY) as RelationName[];

/** Records that a token is related to, each as `field=value`; `null` for none. */
export interface TokenRelations {
  readonly accountsReceivable: string | null;
  readonly rewardsParticipant: string | null;
  readonly classification: string | null;
}

export type UdfValues = Readonly<Partial<Record<UdfField, string | number>>>;

/** `null` clears a value. */
export type UdfChanges = Readonly<Partial<Record<UdfField, string | number | null>>>;

/** @throws CrmError `invalidParameter`, `semiOptional` */
export function readRelations(given: Parameters): TokenRelations {
  return {
    accountsReceivable: readRelation(given, 'accounts_receivable_identifier'),
    rewardsParticipant: readRelation(given, 'rewards_participant_identifier'),
    classification: readRelation(given, 'classification_identifier'),
  };
}

/**
 * The text is compared as it is: a record that one caller names by `id` and another by `number` counts as two.
 * @throws CrmError `invalidParameter`, `semiOptional`
 */
function readRelation(given: Parameters, name: RelationName): string | null {
  const value = given.raw(name);
  if (value === undefined || value === null || value === '') return null;
  const fields: readonly string[] = NAMED_BY[name];
  const members = new Parameters(identifierMembers(given, name, value, [...fields, 'access_token_identifier']));
  if ((members.raw('access_token_identifier') ?? '') !== '') {
    throw new CrmError('invalidParameter', `${name} cannot be given by access_token_identifier; give ${among(fields)}`);
  }
  const named = fields.flatMap((field) => {
    const text = members.optional(field);
    return text === undefined ? [] : [`${field}=${text}`];
  });
  const [only, ...more] = named;
  if (only === undefined || more.length > 0) throw new CrmError('semiOptional', `${name}: ${fields.join(', ')}`);
  return only;
}

function among(fields: readonly string[]): string {
  return `one of ${fields.join(', ')}`;
}

/** A related record as clients see it: what it was named by, and `null` for all that only its own system knows. */
export function relationView(stored: string, fields: readonly string[]): Record<string, string | null> {
  const at = stored.indexOf('=');
  const none = Object.fromEntries(fields.map((field) => [field, null]));
  return { ...none, [stored.slice(0, at)]: stored.slice(at + 1) };
}

const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?$/;
const NUMBER = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/** @throws CrmError `invalidParameter`, also for a name like these that does not exist */
export function readUdf(given: Parameters): UdfChanges {
  const names = given.namesLike(/^udf_/);
  const unknown = names.find((name) => !UDF_FIELDS.some((field) => field === name));
  if (unknown !== undefined) {
    throw new CrmError(
      'invalidParameter',
      `${unknown.slice(0, 40)} is not known; there are udf_string_1 to _8, udf_float_1 to _4 and udf_date_1 to _4`,
    );
  }
  const fields = UDF_FIELDS.filter((field) => names.includes(field));
  return Object.fromEntries(fields.map((field) => [field, readUdfValue(given, field)]));
}

function readUdfValue(given: Parameters, field: UdfField): string | number | null {
  if (field.startsWith('udf_string')) return given.optional(field) ?? null;
  if (field.startsWith('udf_date')) return readDate(given, field);
  const value = given.raw(field);
  if (value === null || value === '') return null;
  const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new CrmError('invalidParameter', `${field} must be a number`);
}

function readDate(given: Parameters, field: UdfField): string | null {
  const text = given.optional(field);
  if (text === undefined) return null;
  const whole = text.length === 10 ? `${text}T00:00:00` : text;
  const isDate = DATE.test(text) && !Number.isNaN(Date.parse(`${whole}Z`));
  // JavaScript reads 30 February as 1 March.
  if (isDate && new Date(`${whole}Z`).toISOString().startsWith(whole)) return whole;
  throw new CrmError('invalidParameter', `${field} must be a date: YYYY-MM-DDThh:mm:ss, without a zone`);
}

/** The values after a change; `null` if there are none. */
export function changedUdf(present: UdfValues | null, changes: UdfChanges): UdfValues | null {
  const entries = Object.entries({ ...present, ...changes }).filter(([, value]) => value !== null);
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
