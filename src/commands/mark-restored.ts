/** Marks a restored database, finds what was brought back to life, and reports both. */
import type { INestApplicationContext } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Config } from '../config/index.js';
import { COMMAND_LINE } from '../core/index.js';
import { RestoreMark } from '../identity/index.js';
import { Instance, moveIdsForward, reasonOf } from '../persistence/index.js';
import { eventsSince, newestRow, originOf, type LoggedEvent } from './events-since.js';
import { endAgain, findUndoneChanges, type UndoneChange } from './undone-by-restore.js';
import { shown } from './rows.js';
import { CommandError, print, withServicesOn, type CommandCall } from './command-context.js';

/** What a restore has done. */
export interface Restored {
  /** The time of the newest row of the audit log in the copy. */
  readonly newest: Date | null;
  readonly endedLogins: number;
  /** Why nobody knows what was revoked since; `undefined` where it is known. */
  readonly unknownBecause: string | undefined;
  /** What is as it was before a later change. */
  readonly revived: readonly UndoneChange[];
  /** What was ended again. */
  readonly endedAgain: readonly UndoneChange[];
  readonly database: string | undefined;
  /** The file of the database before. */
  readonly kept: string | undefined;
}

/** Where the database comes from, and what tells of the time since. */
export interface RestoreSource {
  readonly from: string;
  readonly newerLog: string | undefined;
  /** Whether the log was given, so that it must be read, or is only what happens to be there. */
  readonly isGiven: boolean;
}

/** Ids that may have been given out since the copy was made. They are not given a second time. */
const MARGINS = { latchkey_user: 10_000, latchkey_audit: 1_000_000 } as const;

/** @throws CommandError if the given log cannot be read */
export async function markRestored(
  call: CommandCall,
  config: Config,
  dataSource: DataSource,
  { from, newerLog, isGiven }: RestoreSource,
): Promise<Omit<Restored, 'database' | 'kept'>> {
  const newest = await newestRow(dataSource);
  const { events, unknownBecause } = await eventsOf(call, dataSource, newest.id, { newerLog, isGiven });
  const lastUser = Math.max(0, ...events.filter(({ type }) => type.startsWith('user.')).map(userIdOf));
  await moveIdsForward(dataSource, 'latchkey_user', MARGINS.latchkey_user, lastUser);
  await moveIdsForward(dataSource, 'latchkey_audit', MARGINS.latchkey_audit, events.at(-1)?.id ?? 0);
  // Of servers that ran when the copy was made: revocations would wait for them.
  await dataSource.manager.createQueryBuilder().delete().from(Instance).execute();
  return withServicesOn(call, config, dataSource, async (services: INestApplicationContext) => {
    const endedLogins = await services.get(RestoreMark).write(COMMAND_LINE, { from, newest: newest.at });
    const found = await findUndoneChanges(services, events);
    const left = call.options.revokeAgain ? await endAgain(services, found) : found;
    const endedAgain = found.filter((revived) => !left.includes(revived));
    return { newest: newest.at, endedLogins, unknownBecause, revived: left, endedAgain };
  });
}

async function eventsOf(
  call: CommandCall,
  dataSource: DataSource,
  afterId: number,
  { newerLog, isGiven }: Omit<RestoreSource, 'from'>,
): Promise<{ events: LoggedEvent[]; unknownBecause: string | undefined }> {
  if (newerLog === undefined) return { events: [], unknownBecause: 'no newer log was given (--newer-log)' };
  try {
    const events = await eventsSince(call, newerLog, afterId, await originOf(dataSource));
    return { events, unknownBecause: undefined };
  } catch (error) {
    const reason = reasonOf(error);
    if (isGiven) throw new CommandError(`the newer log cannot be read (${reason}): nothing was restored`);
    return { events: [], unknownBecause: `the database that was replaced cannot be read (${reason})` };
  }
}

function userIdOf({ targetId }: LoggedEvent): number {
  const id = Number(targetId);
  return Number.isSafeInteger(id) ? id : 0;
}

/** Prints what was done, and what to do next. */
export function printRestored(call: CommandCall, restored: Restored): void {
  const { database, kept, newest, endedLogins, unknownBecause, revived, endedAgain } = restored;
  const lines = [
    database === undefined ? 'The database is marked as restored.' : `${database} is restored.`,
    ...(kept === undefined ? [] : [`The database before is kept as ${kept}.`]),
    `The newest change in it is of ${newest?.toISOString() ?? 'never'}. ${String(endedLogins)} logins have ended.`,
    ...(unknownBecause === undefined ? [] : [`What was revoked since is not known: ${unknownBecause}.`]),
    ...(endedAgain.length > 0 ? ['Ended again:', ...endedAgain.map(line)] : []),
    ...(revived.length > 0 ? ['As before these changes, which the restore has undone:', ...revived.map(line)] : []),
    ...(revived.some(({ undone }) => undone === 'token.revoked')
      ? ['Tokens that were revoked are accepted again: end them with latchkey token revoke.']
      : []),
  ];
  print(call, restored, lines.map((text) => `${text}\n`).join(''));
}

function line({ id, name, undone, at }: UndoneChange): string {
  return `  ${at.toISOString()}  ${undone.padEnd(22)}${id}  ${shown(name)}`;
}
