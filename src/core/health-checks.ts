/** Whether the server can do its work: parts register what they depend on, and all of it is asked together. */
import { Injectable } from '@nestjs/common';

/** How long an answer is kept, so that any number of callers cause one round of checks a second. */
const FRESH_MS = 1000;

const DEFAULT_TIME_LIMIT_MS = 3000;

/** One thing that has to be there for the server to be ready. */
export interface HealthCheck {
  /** What is checked, as it reads in a sentence: `the database`. Unique within the application. */
  readonly name: string;
  /** `null` when all is well, otherwise what is wrong, as a sentence without a capital or a full stop. */
  readonly check: () => Promise<string | null>;
  /** After so many milliseconds it counts as failed: `<name> does not answer`; 3,000 by default. */
  readonly timeLimitMs?: number;
  /** Name of a check that is registered already: while that fails, this one is not made. */
  readonly requires?: string;
}

/** A check that failed, and why. */
export interface HealthFailure {
  readonly name: string;
  readonly reason: string;
}

/** Registers checks and runs them: together, at most once at a time, at most once a second. */
@Injectable()
export class HealthChecks {
  private readonly checks = new Map<string, RegisteredCheck>();
  private running: Promise<readonly HealthFailure[]> | undefined;
  private latest: { readonly failures: readonly HealthFailure[]; readonly at: number } | undefined;

  /**
   * Adds a check to every round from now on; call the returned function to remove it.
   * @throws Error for a name that is taken, or a requirement that is not there
   */
  register(check: HealthCheck): () => void {
    const { name, requires } = check;
    if (this.checks.has(name)) throw new Error(`there is a health check named "${name}" already: give it another name`);
    if (requires !== undefined && !this.checks.has(requires)) {
      throw new Error(
        `the health check "${name}" requires "${requires}", which is not registered: register that first`,
      );
    }
    this.checks.set(name, new RegisteredCheck(check));
    this.latest = undefined;
    return () => {
      this.checks.delete(name);
      this.latest = undefined;
    };
  }

  /** What is wrong now, in the order of registration; empty when the server is ready. */
  async failures(): Promise<readonly HealthFailure[]> {
    if (this.latest && performance.now() - this.latest.at < FRESH_MS) return this.latest.failures;
    this.running ??= this.round().finally(() => (this.running = undefined));
    return this.running;
  }

  private async round(): Promise<readonly HealthFailure[]> {
    const results = new Map<string, Promise<string | null | undefined>>();
    for (const [name, check] of this.checks) {
      const required = check.requires === undefined ? undefined : results.get(check.requires);
      // What is required was registered before, so it has begun.
      results.set(
        name,
        required ? required.then((reason) => (reason === null ? check.reason() : undefined)) : check.reason(),
      );
    }
    const failures: HealthFailure[] = [];
    for (const [name, result] of results) {
      const reason = await result;
      if (typeof reason === 'string') failures.push({ name, reason });
    }
    this.latest = { failures, at: performance.now() };
    return failures;
  }
}

/** A check that is never under way twice: one that hangs is waited for again, and not made again. */
class RegisteredCheck {
  private underWay: Promise<string | null> | undefined;

  constructor(private readonly options: HealthCheck) {}

  get requires(): string | undefined {
    return this.options.requires;
  }

  /** `null` when all is well; never rejects. */
  async reason(): Promise<string | null> {
    const { name, check, timeLimitMs = DEFAULT_TIME_LIMIT_MS } = this.options;
    this.underWay ??= outcomeOf(check, name).finally(() => (this.underWay = undefined));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, timeLimitMs, `${name} does not answer`).unref();
    });
    const reason = await Promise.race([this.underWay, late]);
    clearTimeout(timer);
    return reason;
  }
}

async function outcomeOf(check: () => Promise<string | null>, name: string): Promise<string | null> {
  try {
    return await check();
  } catch {
    return `${name} cannot be checked`;
  }
}
