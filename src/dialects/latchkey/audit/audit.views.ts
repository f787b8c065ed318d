/** Rows of the audit log, as answers show them (docs/contracts/latchkey.md §6). */
import { ApiProperty } from '../../../internals/index.js';
import { COMMAND_LINE, type AuditRecord, type AuditViewer } from '../../../core/index.js';
import { EXAMPLE_ACCOUNT_ID } from '../latchkey.docs.js';
import { listOf } from '../query/paging.js';
import { timeView } from '../times.js';

/** What an author was. */
export const ACTORS = ['user', 'service', 'command_line', 'host', 'system', 'stranger'] as const;

type ActorName = (typeof ACTORS)[number];

class AuthorView {
  @ApiProperty({ example: '1000' })
  id!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Administrator',
    description: 'At that time; `null` if erased.',
  })
  name!: string | null;
}

class AuditAccountView {
  @ApiProperty({ example: EXAMPLE_ACCOUNT_ID })
  id!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Acme', description: 'Now; `null` if the account is deleted.' })
  name!: string | null;
}

class TargetView {
  @ApiProperty({ example: 'token' })
  type!: string;

  @ApiProperty({ type: String, nullable: true, example: '0199a2b3-c4d5-4e6f-8a7b-9c0d1e2f3a4b' })
  id!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Backup of the shop',
    description: 'At that time; for failed logins, the address that was tried.',
  })
  name!: string | null;
}

export class AuditRowView {
  @ApiProperty({ example: '4711', description: 'Increases with every row.' })
  id!: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  at!: string;

  @ApiProperty({ example: 'token.rotated', description: 'The type of the change.' })
  action!: string;

  @ApiProperty({ type: AuthorView, nullable: true, description: 'The user who did it.' })
  author!: AuthorView | null;

  @ApiProperty({
    enum: ACTORS,
    description: '`stranger` is somebody who had not signed in, `system` the server itself.',
  })
  actor!: ActorName;

  @ApiProperty({ type: AuditAccountView, nullable: true })
  account!: AuditAccountView | null;

  @ApiProperty({ type: TargetView, nullable: true })
  target!: TargetView | null;

  @ApiProperty({ type: String, nullable: true, example: '192.0.2.7', description: 'Network address of the author.' })
  address!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'curl/8.5.0' })
  user_agent!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '8c1f0f5e-6d2b-4a3c-9e7d-5b4a3c2d1e0f',
    description: 'As in the log, and in `X-Request-Id` of the answer.',
  })
  request_id!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { kind: 'service_token', previous_secret_expires_at: '2026-02-07T12:00:00.000Z' },
    description: 'Further facts. Never a secret.',
  })
  details!: Readonly<Record<string, unknown>>;

  @ApiProperty({
    type: 'integer',
    example: 1,
    description: 'For how many events the row stands: those of an hour that are alike, such as failed logins.',
  })
  occurrences!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'Of the last of several events.',
  })
  last_at!: string | null;
}

export const AuditList = listOf(AuditRowView);

/** The columns of the CSV: the members of a row, without members of their own. */
export const AUDIT_COLUMNS = [
  'id',
  'at',
  'action',
  'actor',
  'author_id',
  'author_name',
  'account_id',
  'account_name',
  'target_type',
  'target_id',
  'target_name',
  'address',
  'user_agent',
  'request_id',
  'occurrences',
  'last_at',
  'details',
] as const;

/** What rows refer to: the names of accounts by their ids, and the ids of users of a host by their numbers. */
export interface AuditReferences {
  readonly accounts: ReadonlyMap<string, string>;
  readonly users: ReadonlyMap<number, string>;
}

/** The numbers of the users whom a row names. */
export function usersIn({ authorId, targetType, targetId, details }: AuditRecord): number[] {
  const { user_id: concerned } = details;
  return [
    ...(authorId === null ? [] : [authorId]),
    ...(targetType === 'user' && targetId !== null ? [Number(targetId)] : []),
    ...(typeof concerned === 'number' ? [concerned] : []),
  ];
}

export function auditRowView(
  row: AuditRecord,
  { accounts: accountNames, users }: AuditReferences,
  viewer: AuditViewer,
): AuditRowView {
  const { authorId, authorName, accountId, targetType, details } = row;
  const targetId = targetType === 'user' ? (users.get(Number(row.targetId)) ?? row.targetId) : row.targetId;
  const { user_id: concerned } = details;
  const concernedId = typeof concerned === 'number' ? users.get(concerned) : undefined;
  // Whom a change concerns learns who made it, and not from where.
  const seesOrigin =
    viewer.isAdministrator || authorId === viewer.userId || (accountId !== null && viewer.accounts.has(accountId));
  return {
    id: String(row.id),
    at: timeView(row.createdAt),
    action: row.action,
    author: authorId === null ? null : { id: users.get(authorId) ?? String(authorId), name: authorName },
    actor: actorOf(row),
    account: accountId === null ? null : { id: accountId, name: accountNames.get(accountId) ?? null },
    target:
      targetId === null && row.targetName === null ? null : { type: targetType, id: targetId, name: row.targetName },
    address: seesOrigin ? row.ipAddress : null,
    user_agent: seesOrigin ? row.userAgent : null,
    request_id: seesOrigin ? row.requestId : null,
    details: concernedId === undefined ? details : { ...details, user_id: concernedId },
    occurrences: row.occurrences ?? 1,
    last_at: timeView(row.lastAt),
  };
}

/** The row of a CSV. */
export function auditCsvRow(view: AuditRowView): Readonly<Record<(typeof AUDIT_COLUMNS)[number], unknown>> {
  const { author, account, target, details, ...others } = view;
  return {
    ...others,
    author_id: author?.id,
    author_name: author?.name,
    account_id: account?.id,
    account_name: account?.name,
    target_type: target?.type,
    target_id: target?.id,
    target_name: target?.name,
    details: JSON.stringify(details),
  };
}

function actorOf({ authorId, authorName, authorTokenId, ipAddress }: AuditRecord): ActorName {
  if (authorId !== null) return 'user';
  if (authorTokenId !== null) return 'service';
  if (authorName === COMMAND_LINE.userName) return 'command_line';
  if (authorName !== null) return 'host';
  return ipAddress === null ? 'system' : 'stranger';
}
