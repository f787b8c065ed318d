/** MetricRegistry of changes, commits, errors of the database, and of the relay between instances. */
import { longReadChannel, writeChannel, type ChangeRelay, type Transactor } from '../../core/index.js';
import {
  commitChannel,
  databaseErrorChannel,
  relayChannel,
  type CommitMessage,
  type Engine,
  type RelayMessage,
} from '../../persistence/index.js';
import type { MetricRegistry } from './metric-registry.js';

/** Writes that share a commit: at most 64, on SQLite. */
const WRITES = [1, 2, 4, 8, 16, 32, 64];

/** Codes of errors that are told apart; the others are counted together. */
const MAX_CODES = 50;

export interface DatabaseParts {
  readonly engine: Engine;
  readonly transactor: Transactor;
  readonly relay: ChangeRelay;
}

export function addDatabaseMetrics(registry: MetricRegistry, { engine, transactor, relay }: DatabaseParts): void {
  registry.gauge('writes_waiting', 'Writes that wait for their turn.', [], () => [[{}, transactor.waiting]]);
  addWriteMetrics(registry);
  addCommitMetrics(registry);
  addErrorMetrics(registry);
  if (engine === 'postgres') addRelayMetrics(registry, relay);
}

function addWriteMetrics(registry: MetricRegistry): void {
  const writes = registry.counter('writes_total', 'Units of work that have ended.', ['outcome', 'code']);
  const duration = registry.histogram('write_duration_seconds', 'From the call until every instance knew the change.');
  const changes = registry.counter('changes_total', 'Changes that were committed, by their type.', ['type']);
  registry.listen(writeChannel, (message) => {
    writes.inc({ outcome: message.outcome, code: message.code ?? '' });
    duration.observe(message.durationMs / 1000);
    for (const { type } of message.changes) changes.inc({ type });
  });
  const reads = registry.counter('long_reads_total', 'Lists, searches and exports of more than one slice.', [
    'outcome',
  ]);
  registry.listen(longReadChannel, ({ outcome }) => {
    reads.inc({ outcome });
  });
}

function addCommitMetrics(registry: MetricRegistry): void {
  const commits = registry.counter('commits_total', 'Transactions that write.', ['outcome']);
  const size = registry.histogram('commit_writes', 'Writes that shared a transaction.', WRITES);
  const duration = registry.histogram('commit_duration_seconds', 'How long transactions that write took.');
  const wait = registry.histogram('commit_wait_seconds', 'How long the oldest write of a transaction had waited.');
  registry.listen(commitChannel, ({ outcome, writes, durationMs, waitMs }: CommitMessage) => {
    commits.inc({ outcome });
    size.observe(writes);
    duration.observe(durationMs / 1000);
    wait.observe(waitMs / 1000);
  });
}

function addErrorMetrics(registry: MetricRegistry): void {
  const errors = registry.counter('database_errors_total', 'Statements and transactions that the database refused.', [
    'code',
    'consequence',
  ]);
  const codes = new Set<string>();
  registry.listen(databaseErrorChannel, ({ code, consequence }) => {
    if (codes.size < MAX_CODES) codes.add(code);
    errors.inc({ code: codes.has(code) ? code : 'other', consequence });
  });
}

function addRelayMetrics(registry: MetricRegistry, relay: ChangeRelay): void {
  const instances = new Map<string, number>();
  registry.gauge(
    'relay_lease_held',
    'Whether this instance receives every change, and may answer from memory.',
    [],
    () => [[{}, relay.isCurrent() ? 1 : 0]],
  );
  registry.gauge('relay_instances', 'Instances that this one knows of.', ['state'], () =>
    [...instances].map(([state, number]) => [{ state }, number]),
  );
  const events = registry.counter('relay_events_total', 'What has happened between the instances.', ['event']);
  const fenced = registry.counter('relay_fenced_total', 'Instances that this one has fenced.');
  const roundTrip = registry.histogram('relay_round_trip_seconds', 'How long the renewal of the lease took.');
  const lag = registry.histogram('relay_lag_seconds', 'From the commit of a change until it came back to its sender.');
  const wait = registry.histogram('revocation_wait_seconds', 'How long revocations waited for the other instances.');
  const revocations = registry.counter('revocations_total', 'Revocations that waited for the other instances.', [
    'outcome',
  ]);
  registry.listen(relayChannel, (message: RelayMessage) => {
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
