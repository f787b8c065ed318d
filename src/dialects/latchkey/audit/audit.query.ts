/** The filters of the audit log, and its cursor (docs/contracts/latchkey.md §6). */
import { INTEGER_MAX, type AuditFilter, type IdRange } from '../../../core/index.js';
import { HOST_ID_MAX } from '../../../identity/index.js';
import type { UserIds } from '../users/user-ids.js';
import { parseAddress } from '../../../http/index.js';
import { EXAMPLE_ACCOUNT_ID } from '../latchkey.docs.js';
import { wrongParameter } from '../latchkey.problems.js';
import { listParameter, textParameter, timeParameter } from '../query/kinds.js';
import { PAGE, cursorOf, placeOf } from '../query/paging.js';
import { requireForm } from '../query/places.js';
import type { QueryValues } from '../query/parameters.js';

/** The filters; all that are given must hold. */
export const AUDIT_FILTERS = {
  action: listParameter(
    'Only rows with these types of change; `token.*` stands for all that begin like this.',
    {
      pattern: /^(?:[a-z_]{1,40}\.\*|[a-z_]{1,40}\.[a-z_]{1,40})$/,
      expected: 'types such as token.rotated, or token.*',
    },
    'token.*',
  ),
  account_id: textParameter('Only rows of this account.', 32, EXAMPLE_ACCOUNT_ID),
  author_id: textParameter('Only rows by this user.', HOST_ID_MAX, '1000'),
  target_id: textParameter('Only rows about the token, the user or whatever else has this id.', 255, '1000'),
  address: textParameter('Only rows from this network address.', 64, '192.0.2.7'),
  after: timeParameter('Only rows from this time on, inclusive.', '2026-01-01T00:00:00Z'),
  before: timeParameter('Only rows before this time, exclusive.', '2026-02-01T00:00:00Z'),
  q: textParameter('Part of the name of author or target, or of the details.', 255, 'backup'),
};

/** The parameters of the list. */
export const AUDIT_QUERY = { ...AUDIT_FILTERS, ...PAGE };

type Filters = QueryValues<typeof AUDIT_FILTERS>;

/** @throws Problem */
export async function auditFilterOf(values: Filters, ids: UserIds): Promise<AuditFilter> {
  const { action, account_id, author_id, target_id, address, after, before, q } = values;
  return {
    actions: action,
    accountId: account_id,
    authorId: await ids.inFilter('author_id', author_id),
    ...(await targetIn(target_id, ids)),
    address: address === undefined ? undefined : addressIn(address),
    createdFrom: after,
    createdBefore: before,
    text: q,
  };
}

/** @throws Problem */
export function auditRangeIn(values: QueryValues<typeof AUDIT_QUERY>): IdRange | undefined {
  if (values.cursor === undefined) return undefined;
  const place = placeOf(values.cursor, listed(values), 2);
  requireForm(place, ['number', 'number']);
  const [from, below] = place.map((value) => Math.max(0, Math.min(INTEGER_MAX, Number(value))));
  return { from: from ?? 0, below: below ?? 0 };
}

export function auditCursorOf({ from, below }: IdRange, values: Filters): string {
  return cursorOf([from, below], listed(values));
}

function listed({ action, account_id, author_id, target_id, address, after, before, q }: Filters): readonly unknown[] {
  return ['audit', action, account_id, author_id, target_id, address, after, before, q];
}

/** Rows have numbers of users, and in a host their targets are named by its ids. */
async function targetIn(text: string | undefined, ids: UserIds): Promise<Pick<AuditFilter, 'targetId' | 'targetType'>> {
  const user = text === undefined || ids.areOwn ? null : await ids.find(text);
  return user === null ? { targetId: text } : { targetId: String(user), targetType: 'user' };
}

function addressIn(text: string): string {
  const address = parseAddress(text);
  if (address !== undefined) return address;
  throw wrongParameter('address', 'address must be an IPv4 or IPv6 address');
}
