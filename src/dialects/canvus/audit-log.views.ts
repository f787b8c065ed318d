/** The view of an audit event, with keys in alphabetical order (docs/contracts/canvus.md §7). */
import { ApiProperty } from '../../internals/index.js';
import type { AuditRecord } from '../../core/index.js';
import { ACTION_NAMES, TARGET_TYPE_NAMES, actionName, targetTypeName } from './audit-log.mapping.js';

export class AuditEventView {
  @ApiProperty({ example: 'create', description: `What was done: ${quoted(ACTION_NAMES)}.` })
  action!: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    example: 1000,
    description: 'The user who did it; null for the server itself, for services and for failed logins.',
  })
  author_id!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Administrator',
    description: 'The name of the user at that time, or of the service; `command line` for commands on the machine.',
  })
  author_name!: string | null;

  @ApiProperty({ example: '2021-07-02T06:38:36.025Z' })
  created_at!: string;

  @ApiProperty({
    example: '{"kind":"personal_token","user_id":1001,"author_token_id":"0b6a0f4e-5a3c-4c39-9d3e-3f1a6a7f5a10"}',
    description:
      'Further facts as a JSON object in a string: the `kind` of a token and its `handle`, which fields changed, ' +
      'the account, the token that authenticated the author. Failed logins of an hour that are alike are one event: ' +
      '`count` is their number, `first_at` and `last_at` are the times of the first and the last. Never a secret.',
  })
  details!: string;

  @ApiProperty({ type: 'integer', example: 4711, description: 'Increases with every event.' })
  id!: number;

  @ApiProperty({ example: '192.0.2.7', description: 'Network address of the author; empty for the server itself.' })
  ip_address!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '1001',
    description: 'For tokens: the internal id that tokens of every kind have.',
  })
  target_id!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Alice',
    description: 'Name or description; for failed logins, the e-mail address that was tried.',
  })
  target_name!: string | null;

  @ApiProperty({ example: 'user', description: `What it was done to: ${quoted(TARGET_TYPE_NAMES)}.` })
  target_type!: string;
}

export function auditEventView(row: AuditRecord): AuditEventView {
  const { accountId, authorTokenId, occurrences, lastAt } = row;
  const details = {
    ...row.details,
    ...(occurrences !== null && {
      count: occurrences,
      first_at: row.createdAt.toISOString(),
      last_at: lastAt?.toISOString(),
    }),
    ...(accountId !== null && { account_id: accountId }),
    ...(authorTokenId !== null && { author_token_id: authorTokenId }),
  };
  return {
    action: actionName(row.action),
    author_id: row.authorId,
    author_name: row.authorName,
    created_at: row.createdAt.toISOString(),
    details: JSON.stringify(details),
    id: row.id,
    ip_address: row.ipAddress ?? '',
    target_id: row.targetId,
    target_name: row.targetName,
    target_type: targetTypeName(row.targetType),
  };
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
