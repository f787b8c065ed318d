/** MetricRegistry of refused tokens and denied requests. */
import { refusalChannel } from '../../core/index.js';
import { denialChannel } from '../../http/index.js';
import type { MetricRegistry } from './metric-registry.js';

export function addSecurityMetrics(registry: MetricRegistry): void {
  const labels = ['entry_point', 'kind', 'reason'];
  const refusals = registry.counter(
    'token_refusals_total',
    'Known tokens that were not accepted or not admitted.',
    labels,
  );
  registry.listen(refusalChannel, ({ entryPoint, kind, reason }) => {
    refusals.inc({ entry_point: entryPoint, kind, reason });
  });
  const denials = registry.counter('denials_total', 'Requests of known callers that their rights do not allow.', [
    'dialect',
  ]);
  registry.listen(denialChannel, ({ dialect }) => {
    denials.inc({ dialect: dialect ?? '' });
  });
}
