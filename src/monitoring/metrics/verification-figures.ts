/** Figures of verifications, of requests to `/verify`, and of the cache of credentials. */
import {
  importedCheckChannel,
  lastUseChannel,
  verificationTally,
  type CredentialCache,
  type LastSeen,
} from '../../core/index.js';
import { verifyTally } from '../../data-plane/index.js';
import type { Figures, Sample } from './figures.js';

/** What is timed: reading the clock each time would cost more than everything else here. */
const TIMED = 'One in 16 is timed.';

export function addVerificationFigures(figures: Figures, cache: CredentialCache, lastSeen: LastSeen): void {
  const { counts, timings } = verificationTally;
  figures.tallied(
    'verifications_total',
    'Credentials that were checked, wherever they were presented.',
    ['outcome', 'kind', 'secret', 'source'],
    () =>
      counts.map(({ status, kind, matched, source, count }): Sample => [
        { outcome: status, kind: kind ?? '', secret: matched ?? '', source },
        count,
      ]),
  );
  figures.timed('verification_duration_seconds', `How long the check of a credential took. ${TIMED}`, () =>
    Object.entries(timings).map(([source, timing]) => ({ labels: { source }, timing })),
  );
  figures.timed('verify_duration_seconds', `How long /verify took, until the answer was written. ${TIMED}`, () => [
    { labels: {}, timing: verifyTally.timing },
  ]);
  addCacheFigures(figures, cache);
  addLastUseFigures(figures, lastSeen);
  addImportedFigures(figures);
}

function addLastUseFigures(figures: Figures, lastSeen: LastSeen): void {
  figures.gauge('last_uses_waiting', 'Last uses of tokens that wait to be written.', [], () => [
    [{}, lastSeen.waiting],
  ]);
  const dropped = figures.counter('last_uses_dropped_total', 'Last uses that are not recorded because too many wait.');
  figures.listen(lastUseChannel, () => {
    dropped.inc();
  });
}

function addImportedFigures(figures: Figures): void {
  let last = 0;
  const checks = figures.counter('imported_checks_total', 'Unknown secrets that were compared with imported hashes.', [
    'operation',
    'outcome',
  ]);
  const duration = figures.histogram('imported_check_duration_seconds', 'How long such a comparison took.');
  figures.listen(importedCheckChannel, ({ operation, outcome, waiting, durationMs }) => {
    last = waiting;
    checks.inc({ operation, outcome });
    duration.observe(durationMs / 1000);
  });
  figures.gauge('imported_checks_waiting', 'Unknown secrets that wait for it, at the last one.', [], () => [
    [{}, last],
  ]);
}

function addCacheFigures(figures: Figures, cache: CredentialCache): void {
  const from = (source: string): number =>
    verificationTally.counts.filter((each) => each.source === source).reduce((sum, { count }) => sum + count, 0);
  figures.tallied('credential_cache_hits_total', 'Credentials that were found in memory.', [], () => [
    [{}, from('memory')],
  ]);
  figures.tallied('credential_cache_misses_total', 'Credentials that were looked for in the database.', [], () => [
    [{}, from('database')],
  ]);
  figures.gauge('credential_cache_entries', 'Credentials in memory.', [], () => [[{}, cache.size]]);
  figures.gauge('credential_cache_max_entries', 'Maximum number of credentials in memory.', [], () => [
    [{}, cache.capacity],
  ]);
}
