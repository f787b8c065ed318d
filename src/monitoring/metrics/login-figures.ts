/** Figures of logins, guesses, passwords and the cleanup job. */
import { hashingChannel, type HashingService } from '../../core/index.js';
import { cleanupChannel, loginChannel, throttleChannel, type GuessThrottle } from '../../identity/index.js';
import type { Figures } from './figures.js';

export interface LoginParts {
  readonly hashing: HashingService;
  readonly guesses: GuessThrottle;
}

export function addLoginFigures(figures: Figures, { hashing, guesses }: LoginParts): void {
  const logins = figures.counter('logins_total', 'Attempts to log in.', ['method', 'audience', 'outcome']);
  const ended = figures.counter('logins_displaced_total', 'Logins that have ended because a user had too many.');
  figures.listen(loginChannel, ({ method, audience, outcome, endedLogins }) => {
    logins.inc({ method, audience, outcome });
    ended.inc(endedLogins);
  });
  const throttled = figures.counter(
    'throttled_attempts_total',
    'Attempts that were turned away unchecked, because too many had failed or were under way.',
    ['purpose', 'bucket'],
  );
  figures.listen(throttleChannel, ({ purpose, bucket }) => {
    throttled.inc({ purpose, bucket });
  });
  figures.gauge('attempts_waiting', 'Attempts to log in that wait for the outcome of others.', [], () => [
    [{}, guesses.waiting],
  ]);
  addHashingFigures(figures, hashing);
  const removed = figures.counter('cleanup_removed_rows_total', 'Rows that the cleanup job has removed.', ['task']);
  const runs = figures.counter('cleanup_runs_total', 'Rounds of the cleanup job.', ['task', 'outcome']);
  figures.listen(cleanupChannel, (message) => {
    const task = message.task.replaceAll(' ', '_');
    runs.inc({ task, outcome: message.outcome });
    removed.inc({ task }, message.removed);
  });
}

function addHashingFigures(figures: Figures, hashing: HashingService): void {
  figures.gauge('passwords_waiting', 'Passwords that wait to be hashed or compared.', [], () => [
    [{}, hashing.waiting],
  ]);
  const passwords = figures.counter('passwords_total', 'Passwords that were hashed, compared or turned away.', [
    'operation',
    'purpose',
    'outcome',
  ]);
  const wait = figures.histogram('password_wait_seconds', 'How long passwords waited to be hashed or compared.');
  figures.listen(hashingChannel, ({ operation, purpose, outcome, waitMs }) => {
    passwords.inc({ operation, purpose, outcome });
    if (outcome !== 'rejected') wait.observe(waitMs / 1000);
  });
}
