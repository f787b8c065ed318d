/** Reads the members of imported rows, each with a clear reason if it cannot be read. */
import { isStorableText } from '../text-rules.js';
import { canonicalScopes, splitScopes, wrongScopes } from '../tokens/scopes.js';

/** A row that cannot be imported; the message says why. */
export class InvalidRow extends Error {}

/** A row with its members by name. */
export type RowMembers = Readonly<Record<string, unknown>>;

/** @throws InvalidRow unless it is an object */
export function rowMembers(value: unknown): RowMembers {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as RowMembers;
  throw new InvalidRow('is no object');
}

/** A text of some characters. @throws InvalidRow */
export function rowText(members: RowMembers, name: string, min: number, max: number, fallback?: string): string {
  const value = members[name];
  if (isAbsent(value) && fallback !== undefined) return fallback;
  if (isStorableText(value, min, max)) return value;
  throw new InvalidRow(
    `${name} ${isAbsent(value) ? 'is missing' : `is not a text of ${String(min)} to ${String(max)} characters`}`,
  );
}

/** `true` or `false`, also as text, as CSV has it. @throws InvalidRow */
export function rowFlag(members: RowMembers, name: string, fallback: boolean): boolean {
  const value = members[name];
  if (isAbsent(value) || value === '') return fallback;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new InvalidRow(`${name} is neither true nor false`);
}

const DATE_TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** A time in ISO 8601; without a zone, UTC. @throws InvalidRow */
export function rowTime(members: RowMembers, name: string): Date | null {
  const value = members[name];
  if (isAbsent(value) || value === '') return null;
  const text = typeof value === 'string' && DATE_TIME.test(value) ? value.replace(' ', 'T') : '';
  const time = new Date(/[Zz]$|[+-]\d\d:?\d\d$/.test(text.slice(10)) || text.length === 10 ? text : `${text}Z`);
  if (!Number.isNaN(time.getTime())) return time;
  throw new InvalidRow(`${name} is no time in ISO 8601, such as 2026-11-29T08:00:00Z`);
}

/** Scopes as a list, or as a text with spaces between them, as CSV has it. @throws InvalidRow */
export function rowScopes(members: RowMembers, name: string): readonly string[] | null {
  const value = members[name];
  if (isAbsent(value) || value === '') return null;
  const scopes = typeof value === 'string' ? splitScopes(value) : value;
  const wrong = wrongScopes(scopes);
  if (wrong !== null) throw new InvalidRow(`${name} ${wrong}`);
  return canonicalScopes(scopes as readonly string[]);
}

/** @throws InvalidRow for members that nothing is known of, which may be misspelt */
export function requireKnownMembers(members: RowMembers, known: readonly string[]): void {
  const unknown = Object.keys(members).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new InvalidRow(`${unknown} is no known field: there are ${known.join(', ')}`);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
