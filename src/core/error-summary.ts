/** Summarises an unexpected error for the log: enough to find the cause, but none of the values involved. */
import { DomainError } from './errors.js';

/**
 * Name, code, message and stack; not the parameters and rows that database errors carry. Of a database that is not
 * available, only that: its own reason is logged once, and where it was noticed tells nothing.
 */
export function errorSummary(error: unknown): string {
  if (!(error instanceof Error)) return `a value that is not an Error was thrown: ${typeof error}`;
  if (error instanceof DomainError && error.code === 'unavailable') return error.message;
  const { code } = error as { code?: unknown };
  const label = typeof code === 'string' ? `${error.name} ${code}` : error.name;
  return `${label}: ${error.message}\n${(error.stack ?? '').split('\n').slice(1).join('\n')}`;
}
