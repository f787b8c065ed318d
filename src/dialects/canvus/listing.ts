/** Reads the rows of another server's listing: users with their access tokens (docs/contracts/canvus.md §2.1, §3.1). */
import {
  InvalidRow,
  readHash,
  rowFlag,
  rowMembers,
  rowText,
  rowTime,
  saltOfBcryptId,
  type ForeignToken,
  type RowMembers,
} from '../../core/index.js';
import { readEmailAddress, type ForeignUser, type ListedRecord } from '../../identity/index.js';

/** Larger ids leave no ids for those that follow. */
const MAX_ID = 999_999_999;

/** Ids below are not given out here. */
const FIRST_ID = 1000;

/** The built-in user of every server, who has no address and cannot sign in (docs/contracts/canvus.md §3.2). */
const GUEST_ID = 100;

/** Whether it is the built-in guest, whom this server has no use for. */
export function isGuest({ id, email }: RowMembers): boolean {
  return id === GUEST_ID && email === '';
}

/**
 * The records of a row: a user object with its tokens as `access_tokens`, or a token object with the `user_id` of its
 * user. The built-in guest is none.
 * @throws InvalidRow
 */
export function readListedRow(value: unknown): readonly ListedRecord[] {
  const members = rowMembers(value);
  return 'user_id' in members ? [tokenOf(members, idOf(members, 'user_id'))] : userOf(members);
}

function userOf(members: RowMembers): ListedRecord[] {
  const id = idOf(members, 'id');
  const { access_tokens: tokens = [] } = members;
  if (!Array.isArray(tokens)) throw new InvalidRow('access_tokens is no array');
  const listed = tokens.map((token) => tokenOf(rowMembers(token), id));
  if (isGuest(members)) return listed;
  const address = readEmailAddress(members.email);
  if ('flaw' in address) throw new InvalidRow(`email ${address.flaw}`);
  const user: ForeignUser = {
    foreignId: String(id),
    id: id >= FIRST_ID ? id : null,
    email: address.text,
    name: rowText(members, 'name', 0, 255, ''),
    admin: rowFlag(members, 'admin', false),
    approved: rowFlag(members, 'approved', true),
    blocked: rowFlag(members, 'blocked', false),
    passwordHash: null,
    createdAt: rowTime(members, 'created_at'),
    lastLoginAt: rowTime(members, 'last_login'),
  };
  return [{ noun: 'user', user }, ...listed];
}

function tokenOf(members: RowMembers, userId: number): ListedRecord {
  const hash = readHash('bcrypt-id', rowText(members, 'id', 1, 255));
  if ('flaw' in hash) throw new InvalidRow(`the token's id ${hash.flaw}`);
  const { verifier } = hash;
  const token: ForeignToken = {
    kind: 'personal_token',
    handle: verifier,
    label: rowText(members, 'description', 0, 1000, ''),
    userId: null,
    accountId: null,
    enabled: true,
    createdAt: rowTime(members, 'created_at') ?? new Date(),
    expiresAt: null,
    own: {},
    algorithm: 'bcrypt-id',
    key: saltOfBcryptId(verifier),
    verifier,
  };
  return { noun: 'token', foreignUserId: String(userId), token };
}

function idOf(members: RowMembers, name: string): number {
  const value = members[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MAX_ID) return value;
  throw new InvalidRow(`${name} is no id of a user: a whole number up to ${String(MAX_ID)}`);
}
