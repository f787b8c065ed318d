/** Figures of changes, commits, errors of the database, and of the relay between instances. */
import { longReadChannel, writeChannel, type ChangeRelay, type Transactor } from '../../core/index.js';
import {
  commitChannel,
  databaseErrorChannel,
  relayChannel,
  type CommitMessage,
  type Engine,
  type RelayMessage,
} from '../../persistence/index.js';
import type { Figures } from './figures.js';

/** Writes that share a commit: at most 64, on SQLite. */
const WRITES = [1, 2, 4, 8, 16, 32, 64];

/** Codes of errors that are told apart; the others are counted together. */
const MAX_CODES = 50;

export interface DatabaseParts {
  readonly engine: Engine;
  readonly transactor: Transactor;
  readonly relay: ChangeRelay;
}

export function addDatabaseFigures(figures: Figures, { engine, transactor, relay }: DatabaseParts): void {
  figures.gauge('writes_waiting', 'Writes that wait for their turn.', [], () => [[{}, transactor.waiting]]);
  addWriteFigures(figures);
  addCommitFigures(figures);
  addErrorFigures(figures);
  if (engine === 'postgres') addRelayFigures(figures, relay);
}

function addWriteFigures(figures: Figures): void {
  const writes = figures.counter('writes_total', 'Units of work that have ended.', ['outcome', 'code']);
  const duration = figures.histogram('write_duration_seconds', 'From the call until every instance knew the change.');
  const changes = figures.counter('changes_total', 'Changes that were committed, by their type.', ['type']);
  figures.listen(writeChannel, (message) => {
    writes.inc({ outcome: message.outcome, code: message.code ?? '' });
    duration.observe(message.durationMs / 1000);
    for (const { type } of message.changes) changes.inc({ type });
  });
  const reads = figures.counter('long_reads_total', 'Lists, searches and exports of more than one slice.', ['outcome']);
  figures.listen(longReadChannel, ({ outcome }) => {
    reads.inc({ outcome });
  });
}

function addCommitFigures(figures: Figures): void {
  const commits = figures.counter('commits_total', 'Transactions that write.', ['outcome']);
  const size = figures.histogram('commit_writes', 'Writes that shared a transaction.', WRITES);
  const duration = figures.histogram('commit_duration_seconds', 'How long transactions that write took.');
  const wait = figures.histogram('commit_wait_seconds', 'How long the oldest write of a transaction had waited.');
  figures.listen(commitChannel, ({ outcome, writes, durationMs, waitMs }: CommitMessage) => {
    commits.inc({ outcome });
    size.observe(writes);
    duration.observe(durationMs / 1000);
    wait.observe(waitMs / 1000);
  });
}

function addErrorFigures(figures: Figures): void {
  const errors = figures.counter('database_errors_total', 'Statements and transactions that the database refused.', [
    'code',
    'consequence',
  ]);
  const codes = new Set<string>();
  figures.listen(databaseErrorChannel, ({ code, consequence }) => {
    if (codes.size < MAX_CODES) codes.add(code);
    errors.inc({ code: codes.has(code) ? code : 'other', consequence });
  });
}

function addRelayFigures(figures: Figures, relay: ChangeRelay): void {
  const instances = new Map<string, number>();
  figures.gauge(
    'relay_lease_held',
    'Whether this instance receives every change, and may answer from memory.',
    [],
    () => [[{}, relay.isCurrent() ? 1 : 0]],
  );
  figures.gauge('relay_instances', 'Instances that this one knows of.', ['state'], () =>
    [...instances].map(([state, number]) => [{ state }, number]),
  );
  const events = figures.counter('relay_events_total', 'What has happened between the instances.', ['event']);
  const fenced = figures.counter('relay_fenced_total', 'Instances that this one has fenced.');
  const roundTrip = figures.histogram('relay_round_trip_seconds', 'How long the renewal of the lease took.');
  const lag = figures.histogram('relay_lag_seconds', 'From the commit of a change until it came back to its sender.');
  const wait = figures.histogram('revocation_wait_seconds', 'How long revocations waited for the other instances.');
  const revocations = figures.counter('revocations_total', 'Revocations that waited for the other instances.', [
    'outcome',
  ]);
  figures.listen(relayChannel, (message: RelayMessage) => {
    events.inc({ event: message.event });
    if (message.event === 'renewed') roundTrip.observe(message.roundTripMs / 1000);
    if (message.event === 'fenced') fenced.inc(message.instances);
    if (message.event === 'delivered') lag.observe(message.lagMs / 1000);
    if (message.event === 'instances') instances.set('trusted', message.trusted).set('fenced', message.fenced);
    if (message.event !== 'revocation') return;
    wait.observe(message.waitMs / 1000);
    revocations.inc({ outcome: message.outcome });
  });
}
