/** Runs similar cases at the same time, in one test. */

/**
 * Runs every case, and waits for all of them.
 * @param cases - each begins with its name, or is its name
 * @throws Error that names the cases that failed, each with the error of its check; also if there is no case
 */
export async function eachAtOnce<T>(cases: readonly T[], check: (given: T) => Promise<unknown>): Promise<void> {
  if (cases.length === 0) throw new Error('there is no case to try');
  const outcomes = await Promise.allSettled(cases.map(async (given) => check(given)));
  const faults = outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [`${nameOf(cases[index])}: ${saidBy(outcome.reason)}`] : [],
  );
  if (faults.length > 0) throw new Error(faults.join('\n\n'));
}

function nameOf(given: unknown): string {
  const name: unknown = Array.isArray(given) ? given[0] : given;
  return (typeof name === 'string' ? name : JSON.stringify(name)).slice(0, 200);
}

function saidBy(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}
