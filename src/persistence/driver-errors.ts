/** Translates errors of the database drivers into the errors of the core. */
import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { DomainError, UniqueViolation } from '../core/index.js';
import { databaseErrorChannel, type DatabaseErrorMessage } from './channels.js';
import type { Attempt, DatabaseCondition } from './database-condition.js';
import type { Engine } from './engine.js';

const UNIQUE = new Set(['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

/** PostgreSQL: deadlock, serialization failure. */
const RETRYABLE = new Set(['40P01', '40001']);

/** The database cannot be reached, or is starting or stopping. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  // PostgreSQL: shutting down, crashed, starting up, too many connections
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);

const UNAVAILABLE = new Set([
  ...UNREACHABLE,
  // PostgreSQL: read-only
  '25006',
  // PostgreSQL: one of our time limits was exceeded
  '57014',
  '55P03',
  '25P03',
  'SQLITE_BUSY',
  'SQLITE_FULL',
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
  // Our own
  'FILE_LOST',
  'UNRESPONSIVE',
]);

/**
 * PostgreSQL classes 08 (connection exception), 53 (insufficient resources, such as a full disk) and 58 (system error).
 * SQLite: busy, read-only, and input or output errors.
 */
const UNAVAILABLE_CLASS = /^(08|53|58|SQLITE_(BUSY|IOERR|READONLY|CANTOPEN)_?)/;

/** A statement of ours that PostgreSQL cannot read: trying again does not help. */
const PROTOCOL_VIOLATION = '08P01';

/** PostgreSQL has no memory left: mostly, none for the locks of a change of thousands of rows. */
const OUT_OF_MEMORY = '53200';

const OUT_OF_LOCKS =
  'PostgreSQL has no memory left, mostly for the locks of one transaction: change fewer things at once, or raise its ' +
  'max_locks_per_transaction';

/** Messages of pg's client and pool for a lost connection, which carry no code. */
const CONNECTION_LOST =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|query read timeout|client was closed and is not queryable/i;

const RETRY_AFTER_SECONDS = 2;

interface DriverError {
  code?: string;
  constraint?: string;
  message: string;
}

/** Whether SQLite refused because another process has the file locked. */
export function isBusy(error: unknown): boolean {
  return driverErrorOf(error)?.code?.startsWith('SQLITE_BUSY') ?? false;
}

export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(driverErrorOf(error)?.code ?? '');
}

/** The core's error for this driver error, or the same error if the core has none for it. */
export function translated(
  error: unknown,
  engine: Engine,
  condition?: DatabaseCondition,
  attempt: Attempt = 'read',
): unknown {
  const driverError = driverErrorOf(error);
  if (!driverError) return error;
  const { code = '', constraint, message } = driverError;
  if (UNIQUE.has(code)) return new UniqueViolation(constraint ?? message);
  const consequence = isUnavailable(error, code, message) ? 'unavailable' : 'unexpected';
  // Other errors may have been thrown by the work itself.
  if (consequence === 'unavailable' || error instanceof QueryFailedError) publishError({ engine, error, consequence });
  if (consequence === 'unexpected') return error;
  condition?.failed(attempt, codeOf(error), message);
  const reason = code === OUT_OF_MEMORY ? OUT_OF_LOCKS : 'the database is unavailable; try again';
  return new DomainError('unavailable', reason, RETRY_AFTER_SECONDS);
}

/** Publishes an error on the channel of database errors. */
export function publishError({
  engine,
  error,
  consequence,
}: Omit<DatabaseErrorMessage, 'code'> & { readonly error: unknown }): void {
  if (!databaseErrorChannel.hasSubscribers) return;
  databaseErrorChannel.publish({ engine, code: codeOf(error), consequence });
}

function codeOf(error: unknown): string {
  const { code, message = '' } = driverErrorOf(error) ?? {};
  return code ?? (CONNECTION_LOST.test(message) ? 'CONNECTION_LOST' : (error as Error).name);
}

function isUnavailable(error: unknown, code: string, message: string): boolean {
  return (
    UNAVAILABLE.has(code) ||
    (UNAVAILABLE_CLASS.test(code) && code !== PROTOCOL_VIOLATION) ||
    CONNECTION_LOST.test(message) ||
    isRetryable(error) ||
    // TypeORM released the connection because it was lost.
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError
  );
}

/** Whether it is worth trying to connect again: the database may be starting, or not be known to the name server yet. */
export function isUnreachable(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as Partial<DriverError>;
  // A socket file is missing while its server is not running.
  const hasNoSocket = code === 'ENOENT' && message.includes('connect ENOENT');
  return (
    UNREACHABLE.has(code) ||
    code.startsWith('SQLITE_BUSY') ||
    hasNoSocket ||
    message.includes('timeout expired') ||
    CONNECTION_LOST.test(message)
  );
}

function driverErrorOf(error: unknown): DriverError | undefined {
  if (error instanceof QueryFailedError) return error.driverError as DriverError;
  return error instanceof Error && !(error instanceof DomainError) ? error : undefined;
}

/** The error's message. If a host has several addresses, the reasons for each are in an AggregateError. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
