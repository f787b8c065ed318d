/** MetricRegistry of the tokens that there are, and of the size of the database. */
import type { KindCensus } from '../../core/index.js';
import type { MetricRegistry, Sample } from './metric-registry.js';
import type { InventoryCount } from './inventory.js';

/** Samples of each kind, as a function to call when the metrics are read. */
type PerKind = (samples: (census: KindCensus, kind: string) => Sample[]) => () => Sample[];

/** @param count - the newest count; without one, there are no series */
export function addInventoryMetrics(registry: MetricRegistry, count: () => InventoryCount | undefined): void {
  const perKind: PerKind = (samples) => () =>
    [...(count()?.tokens ?? [])].flatMap(([kind, census]) => samples(census, kind));
  registry.gauge(
    'tokens',
    'Tokens, by kind and state.',
    ['kind', 'state'],
    perKind(({ active, expired, disabled }, kind) => [
      [{ kind, state: 'active' }, active],
      [{ kind, state: 'expired' }, expired],
      [{ kind, state: 'disabled' }, disabled],
    ]),
  );
  registry.gauge(
    'tokens_expiring',
    'Active tokens that expire within some days.',
    ['kind', 'days'],
    perKind((census, kind) => [
      [{ kind, days: '7' }, census.within7Days],
      [{ kind, days: '30' }, census.within30Days],
    ]),
  );
  addOverlapMetrics(registry, perKind);
  registry.gauge('database_size_bytes', 'Size of the database.', ['part'], () =>
    Object.entries(count()?.bytes ?? {}).map(([part, bytes]) => [{ part }, bytes]),
  );
  registry.gauge('inventory_timestamp_seconds', 'When tokens were counted, in seconds since 1970.', [], () => {
    const counted = count();
    return counted ? [[{}, counted.countedAt / 1000]] : [];
  });
}

function addOverlapMetrics(registry: MetricRegistry, perKind: PerKind): void {
  registry.gauge(
    'secret_overlaps',
    'Tokens whose previous secret is still accepted.',
    ['kind'],
    perKind((census, kind) => [[{ kind }, census.overlaps]]),
  );
  registry.gauge(
    'secret_overlaps_in_use',
    'Tokens whose previous secret is still accepted, and was used within the last day.',
    ['kind'],
    perKind((census, kind) => [[{ kind }, census.overlapsInUse]]),
  );
}
