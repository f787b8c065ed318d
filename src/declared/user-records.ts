/** Reads rows of users with the bcrypt hashes of their passwords. */
import { InvalidRow, readHash, requireKnownMembers, rowFlag, rowMembers, rowText, rowTime } from '../core/index.js';
import { emailKeyOf, readEmailAddress, type ForeignUser } from '../identity/index.js';

const FIELDS = ['email', 'name', 'admin', 'approved', 'blocked', 'password_hash', 'created_at'];

/** The user of a row. @throws InvalidRow */
export function readUserRow(value: unknown): ForeignUser {
  const row = rowMembers(value);
  requireKnownMembers(row, FIELDS);
  const address = readEmailAddress(row.email);
  if ('flaw' in address) throw new InvalidRow(`email ${address.flaw}`);
  return {
    foreignId: emailKeyOf(address.text),
    id: null,
    email: address.text,
    name: rowText(row, 'name', 0, 255, ''),
    admin: rowFlag(row, 'admin', false),
    approved: rowFlag(row, 'approved', true),
    blocked: rowFlag(row, 'blocked', false),
    passwordHash: passwordHashOf(row.password_hash),
    createdAt: rowTime(row, 'created_at'),
    lastLoginAt: null,
  };
}

/** A bcrypt hash of a password, as it is stored. @throws InvalidRow */
export function passwordHashOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const read = readHash('bcrypt', typeof value === 'string' ? value : '');
  if ('flaw' in read) throw new InvalidRow(`password_hash ${read.flaw}`);
  // PHP's name for the same.
  return read.verifier.replace(/^\$2y/, '$2b');
}
