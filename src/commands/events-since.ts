/** What a newer audit log tells of the time after a copy was made: what was revoked, rotated, blocked or deleted. */
import { In, MoreThan, type DataSource } from 'typeorm';
import { AuditRecord } from '../core/index.js';
import { ServerValue } from '../identity/index.js';
import { openForCommand } from '../persistence/index.js';
import { CommandError, type ExportedEvent, type CommandContext } from './command-context.js';

/** A row of an audit log, from whatever source. */
export type LoggedEvent = ExportedEvent;

/** The types of changes that a restore undoes at a cost. */
export const UNDONE_TYPES = [
  'token.revoked',
  'token.rotated',
  'token.updated',
  'user.blocked',
  'user.unblocked',
  'user.updated',
  'user.deleted',
  'user.password_changed',
  'account.deleted',
  'membership.updated',
  'membership.removed',
] as const;

/** The name of the value by which copies of one database are known. */
const ORIGIN = 'first-start';

/**
 * The rows after an id in a newer log: a database file, or an export of the audit log.
 * @param origin - {@link originOf} the copy
 * @throws CommandError if the file is neither, or belongs to another server
 */
export async function eventsSince(
  context: CommandContext,
  file: string,
  afterId: number,
  origin: string | null,
): Promise<LoggedEvent[]> {
  const exported = await context.readAuditExport(file);
  if (exported)
    return exported.filter(({ id, type }) => id > afterId && UNDONE_TYPES.includes(type as never)).filter(mayTakeRight);
  const access = { readOnly: true, anySchema: true };
  const dataSource = await openForCommand({ engine: 'sqlite', path: file }, context.schema, access);
  try {
    if ((await originOf(dataSource)) !== origin) {
      throw new CommandError(`${file} belongs to another server: it does not tell what was revoked in this one`);
    }
    return (await loggedEvents(dataSource, afterId)).filter(mayTakeRight);
  } finally {
    await dataSource.destroy();
  }
}

async function loggedEvents({ manager }: DataSource, afterId: number): Promise<LoggedEvent[]> {
  const rows = await manager.find(AuditRecord, {
    select: { id: true, action: true, targetId: true, targetName: true, details: true, createdAt: true },
    where: { id: MoreThan(afterId), action: In([...UNDONE_TYPES]) },
    order: { id: 'ASC' },
  });
  return rows.map(({ id, action, targetId, targetName, details, createdAt }) => {
    return { id, type: action, targetId, targetName, details, at: createdAt };
  });
}

/** Fields whose change may have taken a right; what a thing is called is none of them. */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  'user.updated': ['admin'],
  'token.updated': ['enabled', 'expiresAt', 'previousSecretExpiresAt'],
};

/** Whether a change may have taken a right from somebody. */
export function mayTakeRight({ type, details }: LoggedEvent): boolean {
  const [fields, rights] = [details.fields, RIGHTS[type]];
  return rights === undefined || !Array.isArray(fields) || fields.some((field) => rights.includes(String(field)));
}

/** Tells the copies of one database from those of others; `null` before the first start. */
export async function originOf({ manager }: DataSource): Promise<string | null> {
  return (await manager.findOneBy(ServerValue, { name: ORIGIN }))?.value ?? null;
}

/** The newest row of an audit log. */
export async function newestRow({ manager }: DataSource): Promise<{ id: number; at: Date | null }> {
  const [row] = await manager.find(AuditRecord, {
    select: { id: true, createdAt: true },
    order: { id: 'DESC' },
    take: 1,
  });
  return { id: row?.id ?? 0, at: row?.createdAt ?? null };
}
