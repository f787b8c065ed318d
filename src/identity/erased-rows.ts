/** What a row of the audit log loses when one of the people in it is erased. */
import type { AuditRecord } from '../core/index.js';
import { emailKeyOf } from './labels/email-address.js';

/** Whom the rows shall no longer tell of. Addresses that they had before are added while rows are read. */
export interface ErasedPerson {
  readonly id: number;
  readonly names: Set<string>;
  /** Of their addresses, as they are compared. */
  readonly keys: Set<string>;
}

const ADDRESSES = ['email', 'old_email', 'new_email'];

/** The values that change; `undefined` if the row tells nothing of the person. */
export function erasedFrom(row: AuditRecord, person: ErasedPerson): Partial<AuditRecord> | undefined {
  const isAbout = row.targetType === 'user' && row.targetId === String(person.id);
  if (isAbout) learn(row, person);
  const isAttempt = row.targetType === 'user' && row.targetId === null && isTheirs(row.targetName, person);
  const isConcerned = row.userId === person.id || row.authorId === person.id || isAbout;
  const values: Partial<AuditRecord> = {
    ...((row.authorId === person.id || isAttempt) && { authorName: null, ipAddress: null, userAgent: null }),
    ...((isAbout || isAttempt || (isConcerned && isTheirs(row.targetName, person))) && { targetName: null }),
    // It is made of the address.
    ...(isAttempt && { aggregateKey: null }),
    ...(isConcerned && { details: withoutPerson(row.details, person) as AuditRecord['details'] }),
  };
  const differs = Object.entries(values).some(
    ([name, value]) =>
      name !== 'aggregateKey' && JSON.stringify(value) !== JSON.stringify(row[name as keyof AuditRecord]),
  );
  if (!differs) return undefined;
  if (JSON.stringify(values.details) === JSON.stringify(row.details)) delete values.details;
  return values;
}

/** Remembers the name and the addresses that a row about the person tells. */
function learn({ targetName, details }: AuditRecord, { names, keys }: ErasedPerson): void {
  if (targetName !== null) names.add(targetName);
  for (const name of ADDRESSES) {
    const value = details[name];
    if (typeof value === 'string') keys.add(emailKeyOf(value));
  }
}

function isTheirs(text: string | null, { names, keys }: ErasedPerson): boolean {
  return text !== null && (names.has(text) || (text.includes('@') && keys.has(emailKeyOf(text))));
}

/** The details with `null` in the place of every name and address of the person. */
function withoutPerson(value: unknown, person: ErasedPerson): unknown {
  if (typeof value === 'string') return isTheirs(value, person) ? null : value;
  if (Array.isArray(value)) return value.map((each) => withoutPerson(each, person));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutPerson(part, person)]));
}
