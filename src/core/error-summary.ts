/** What of an unexpected error goes into the log: enough to mend it, and none of the values that were in hand. */

/** Name, code, message and stack; not the parameters and rows that database errors carry. */
export function errorSummary(error: unknown): string {
  if (!(error instanceof Error)) return `a value that is no error was thrown: ${typeof error}`;
  const { code } = error as { code?: unknown };
  const label = typeof code === 'string' ? `${error.name} ${code}` : error.name;
  return `${label}: ${error.message}\n${(error.stack ?? '').split('\n').slice(1).join('\n')}`;
}
