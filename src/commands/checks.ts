/** The checks of a database: schema, integrity, contents, clock, and whether an administrator can sign in. */
import { MoreThan, type DataSource } from 'typeorm';
import { AuditRecord, storedTime } from '../core/index.js';
import { isAnyAbleToSignIn, storedPolicy } from '../identity/index.js';
import {
  databaseTime,
  integrityProblems,
  reasonOf,
  rowCounts,
  schemaProblem,
  schemaStateOf,
} from '../persistence/index.js';

/** The result of one check. */
export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'problem';
  readonly message: string;
}

/** A clock that differs by more than this is wrong; one that differs by a little more than nothing is mentioned. */
const CLOCK_MS = 60_000;
const CLOCK_NOTED_MS = 2000;

/** All checks of an open database. Those that need the schema of this version are left out on another. */
export async function databaseFindings(dataSource: DataSource): Promise<Finding[]> {
  const state = await schemaStateOf(dataSource);
  const problem = schemaProblem(state);
  const isUsable = state.pending.length === 0;
  return [
    finding('schema', problem, `${String(state.applied.length)} migrations, those of this version`),
    await readable('integrity', () => integrity(dataSource)),
    ...(isUsable ? await contentFindings(dataSource) : []),
  ];
}

async function contentFindings(dataSource: DataSource): Promise<Finding[]> {
  return [
    await readable('contents', () => contents(dataSource)),
    await readable('administrators', () => administrators(dataSource)),
    await readable('clock', () => clock(dataSource)),
  ];
}

/** What cannot be read is a finding too. */
export async function readable(check: string, work: () => Promise<Finding>): Promise<Finding> {
  try {
    return await work();
  } catch (error) {
    return finding(check, `the database cannot be read (${reasonOf(error)})`, '');
  }
}

export function finding(check: string, problem: string | undefined, otherwise: string): Finding {
  return problem === undefined
    ? { check, status: 'ok', message: otherwise }
    : { check, status: 'problem', message: problem };
}

async function integrity(dataSource: DataSource): Promise<Finding> {
  const problems = await integrityProblems(dataSource);
  const text = `the database is damaged (${problems.join('; ')}): stop the server, and restore a backup`;
  return finding('integrity', problems.length > 0 ? text : undefined, 'the engine finds nothing wrong');
}

async function contents(dataSource: DataSource): Promise<Finding> {
  const counts = await rowCounts(dataSource);
  const of = (table: string): string => String(counts[`latchkey_${table}`] ?? 0);
  const message = `${of('user')} users, ${of('account')} accounts, ${of('token')} tokens, ${of('audit')} audit rows`;
  return { check: 'contents', status: 'ok', message };
}

async function administrators({ manager }: DataSource): Promise<Finding> {
  const { passwordLogin } = await storedPolicy(manager);
  const isAny = await isAnyAbleToSignIn(manager, passwordLogin);
  const problem = 'no administrator can sign in: use latchkey admin unlock, reset-password or create-token';
  return finding('administrators', isAny ? undefined : problem, 'an administrator can sign in');
}

async function clock(dataSource: DataSource): Promise<Finding> {
  const now = Date.now();
  const ahead = await dataSource.manager.findOne(AuditRecord, {
    where: { createdAt: MoreThan(storedTime(new Date(now + CLOCK_MS))) },
    order: { createdAt: 'DESC' },
  });
  if (ahead) {
    const since = ahead.createdAt.toISOString();
    const text = `the newest row of the audit log is of ${since}, which is in the future: set the clock of this machine`;
    return finding('clock', text, '');
  }
  const there = await databaseTime(dataSource);
  const differs = there ? Math.abs(there.getTime() - now) : 0;
  const seconds = String(Math.round(differs / 1000));
  const text = `the clock of the database server differs by ${seconds} s: set both by NTP`;
  if (differs > CLOCK_NOTED_MS && differs <= CLOCK_MS) return { check: 'clock', status: 'warning', message: text };
  return finding('clock', differs > CLOCK_MS ? text : undefined, new Date(now).toISOString());
}
