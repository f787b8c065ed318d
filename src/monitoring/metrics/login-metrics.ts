/** MetricRegistry of logins, guesses, passwords and the cleanup job. */
import { hashingChannel, type HashingService } from '../../core/index.js';
import { cleanupChannel, loginChannel, throttleChannel, type GuessThrottle } from '../../identity/index.js';
import type { MetricRegistry } from './metric-registry.js';

export interface LoginParts {
  readonly hashing: HashingService;
  readonly guesses: GuessThrottle;
}

export function addLoginMetrics(registry: MetricRegistry, { hashing, guesses }: LoginParts): void {
  const logins = registry.counter('logins_total', 'Attempts to log in.', ['method', 'audience', 'outcome']);
  const ended = registry.counter('logins_displaced_total', 'Logins that have ended because a user had too many.');
  registry.listen(loginChannel, ({ method, audience, outcome, endedLogins }) => {
    logins.inc({ method, audience, outcome });
    ended.inc(endedLogins);
  });
  const throttled = registry.counter(
    'throttled_attempts_total',
    'Attempts that were turned away unchecked, because too many had failed or were under way.',
    ['purpose', 'bucket'],
  );
  registry.listen(throttleChannel, ({ purpose, bucket }) => {
    throttled.inc({ purpose, bucket });
  });
  registry.gauge('attempts_waiting', 'Attempts to log in that wait for the outcome of others.', [], () => [
    [{}, guesses.waiting],
  ]);
  addHashingMetrics(registry, hashing);
  const removed = registry.counter('cleanup_removed_rows_total', 'Rows that the cleanup job has removed.', ['task']);
  const runs = registry.counter('cleanup_runs_total', 'Rounds of the cleanup job.', ['task', 'outcome']);
  registry.listen(cleanupChannel, (message) => {
    const task = message.task.replaceAll(' ', '_');
    runs.inc({ task, outcome: message.outcome });
    removed.inc({ task }, message.removed);
  });
}

function addHashingMetrics(registry: MetricRegistry, hashing: HashingService): void {
  registry.gauge('passwords_waiting', 'Passwords that wait to be hashed or compared.', [], () => [
    [{}, hashing.waiting],
  ]);
  const passwords = registry.counter('passwords_total', 'Passwords that were hashed, compared or turned away.', [
    'operation',
    'purpose',
    'outcome',
  ]);
  const wait = registry.histogram('password_wait_seconds', 'How long passwords waited to be hashed or compared.');
  registry.listen(hashingChannel, ({ operation, purpose, outcome, waitMs }) => {
    passwords.inc({ operation, purpose, outcome });
    if (outcome !== 'rejected') wait.observe(waitMs / 1000);
  });
}
