/** Figures of logins, guesses, passwords and the cleanup job. */
import { hashingChannel, type HashingService } from '../../core/index.js';
import { cleanupChannel, loginChannel, throttleChannel } from '../../identity/index.js';
import type { Figures } from './figures.js';

export function addLoginFigures(figures: Figures, hashing: HashingService): void {
  const logins = figures.counter('logins_total', 'Attempts to log in.', ['method', 'audience', 'outcome']);
  figures.listen(loginChannel, ({ method, audience, outcome }) => {
    logins.inc({ method, audience, outcome });
  });
  const throttled = figures.counter(
    'throttled_attempts_total',
    'Attempts that were turned away unchecked, because too many had failed.',
    ['purpose', 'bucket'],
  );
  figures.listen(throttleChannel, ({ purpose, bucket }) => {
    throttled.inc({ purpose, bucket });
  });
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
