/** Figures of refused tokens and denied requests. */
import { refusalChannel } from '../../core/index.js';
import { denialChannel } from '../../http/index.js';
import type { Figures } from './figures.js';

export function addSecurityFigures(figures: Figures): void {
  const labels = ['entry_point', 'kind', 'reason'];
  const refusals = figures.counter(
    'token_refusals_total',
    'Known tokens that were not accepted or not admitted.',
    labels,
  );
  figures.listen(refusalChannel, ({ entryPoint, kind, reason }) => {
    refusals.inc({ entry_point: entryPoint, kind, reason });
  });
  const denials = figures.counter('denials_total', 'Requests of known callers that their rights do not allow.', [
    'dialect',
  ]);
  figures.listen(denialChannel, ({ dialect }) => {
    denials.inc({ dialect: dialect ?? '' });
  });
}
