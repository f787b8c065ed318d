/** What the health endpoints answer. */
import type { HealthChecks } from '../../core/index.js';

/** A status and a JSON body. */
export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly body: { readonly status: string; readonly reason?: string };
}

/** The process answers; nothing else is checked. */
export const LIVE: HealthAnswer = { status: 200, body: { status: 'ok' } };

/** Whether everything that the server depends on is available, otherwise the reasons. */
export async function readiness(checks: HealthChecks): Promise<HealthAnswer> {
  const failures = await checks.failures();
  if (failures.length === 0) return LIVE;
  const reason = failures.map((failure) => failure.reason).join('; ');
  return { status: 503, body: { status: 'unavailable', reason } };
}

/** The answer of a listener to `/health/live` and `/health/ready`; `undefined` for any other path. */
export async function healthAnswerTo(path: string, checks: HealthChecks): Promise<HealthAnswer | undefined> {
  if (path === '/health/live') return LIVE;
  return path === '/health/ready' ? readiness(checks) : undefined;
}
