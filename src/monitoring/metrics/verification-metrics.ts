/** MetricRegistry of verifications, of requests to `/verify`, and of the cache of credentials. */
import {
  importedCheckChannel,
  lastUseChannel,
  verificationTally,
  type CredentialCache,
  type LastSeen,
} from '../../core/index.js';
import { verifyTally } from '../../data-plane/index.js';
import type { MetricRegistry, Sample } from './metric-registry.js';

/** What is timed: reading the clock each time would cost more than everything else here. */
const TIMED = 'One in 16 is timed.';

export function addVerificationMetrics(registry: MetricRegistry, cache: CredentialCache, lastSeen: LastSeen): void {
  const { counts, timings } = verificationTally;
  registry.tallied(
    'verifications_total',
    'Credentials that were checked, wherever they were presented.',
    ['outcome', 'kind', 'secret', 'source'],
    () =>
      counts.map(({ status, kind, matched, source, count }): Sample => [
        { outcome: status, kind: kind ?? '', secret: matched ?? '', source },
        count,
      ]),
  );
  registry.timed('verification_duration_seconds', `How long the check of a credential took. ${TIMED}`, () =>
    Object.entries(timings).map(([source, timing]) => ({ labels: { source }, timing })),
  );
  registry.timed('verify_duration_seconds', `How long /verify took, until the answer was written. ${TIMED}`, () => [
    { labels: {}, timing: verifyTally.timing },
  ]);
  addCacheMetrics(registry, cache);
  addLastUseMetrics(registry, lastSeen);
  addImportedMetrics(registry);
}

function addLastUseMetrics(registry: MetricRegistry, lastSeen: LastSeen): void {
  registry.gauge('last_uses_waiting', 'Last uses of tokens that wait to be written.', [], () => [
    [{}, lastSeen.waiting],
  ]);
  const dropped = registry.counter('last_uses_dropped_total', 'Last uses that are not recorded because too many wait.');
  registry.listen(lastUseChannel, () => {
    dropped.inc();
  });
}

function addImportedMetrics(registry: MetricRegistry): void {
  let last = 0;
  const checks = registry.counter('imported_checks_total', 'Unknown secrets that were compared with imported hashes.', [
    'operation',
    'outcome',
  ]);
  const duration = registry.histogram('imported_check_duration_seconds', 'How long such a comparison took.');
  registry.listen(importedCheckChannel, ({ operation, outcome, waiting, durationMs }) => {
    last = waiting;
    checks.inc({ operation, outcome });
    duration.observe(durationMs / 1000);
  });
  registry.gauge('imported_checks_waiting', 'Unknown secrets that wait for it, at the last one.', [], () => [
    [{}, last],
  ]);
}

function addCacheMetrics(registry: MetricRegistry, cache: CredentialCache): void {
  const from = (source: string): number =>
    verificationTally.counts.filter((each) => each.source === source).reduce((sum, { count }) => sum + count, 0);
  registry.tallied('credential_cache_hits_total', 'Credentials that were found in memory.', [], () => [
    [{}, from('memory')],
  ]);
  registry.tallied('credential_cache_misses_total', 'Credentials that were looked for in the database.', [], () => [
    [{}, from('database')],
  ]);
  registry.gauge('credential_cache_entries', 'Credentials in memory.', [], () => [[{}, cache.size]]);
  registry.gauge('credential_cache_max_entries', 'Maximum number of credentials in memory.', [], () => [
    [{}, cache.capacity],
  ]);
}
