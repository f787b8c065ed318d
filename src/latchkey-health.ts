/** Tells the health checks of a host whether Latchkey is ready: an indicator as `@nestjs/terminus` takes it. */
import { Injectable } from '@nestjs/common';
import { HealthChecks } from './core/index.js';

/** What Terminus 11 and newer take from an indicator. */
export type HealthResult = Record<string, { readonly status: 'up' | 'down' } & Readonly<Record<string, string>>>;

/** For `health.check([() => indicator.isHealthy()])`. It is exported by `LatchkeyModule`. */
@Injectable()
export class LatchkeyHealthIndicator {
  constructor(private readonly checks: HealthChecks) {}

  /** @param key - the name in the answer. What fails is named with its reason. */
  async isHealthy(key = 'latchkey'): Promise<HealthResult> {
    const failures = await this.checks.failures();
    const reasons = Object.fromEntries(failures.map(({ name, reason }) => [name, reason]));
    return { [key]: { ...reasons, status: failures.length === 0 ? 'up' : 'down' } };
  }
}
