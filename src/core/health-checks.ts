/** Tells whether the server is ready: parts register checks of what they depend on, and all run together. */
import { Injectable } from '@nestjs/common';

/** How long results are kept, so that any number of callers cause at most one round of checks per second. */
const FRESH_MS = 1000;

/** Whoever asks has an answer within two seconds. */
const DEFAULT_TIME_LIMIT_MS = 1800;

/** A check that must pass for the server to be ready. */
export interface HealthCheck {
  /** What is checked, as part of a sentence: `the database`. Unique within the application. */
  readonly name: string;
  /** Resolves to `null` if the check passes, otherwise to the problem, without a capital or full stop. */
  readonly check: () => Promise<string | null>;
  /**
   * Milliseconds after which it counts as failed, from the beginning of the round: what it requires is included.
   * Default: 1,800.
   */
  readonly timeLimitMs?: number;
  /** The problem if it takes longer. Default: `<name> does not answer`. */
  readonly late?: () => string;
  /** Name of an already registered check: while that one fails, this one is skipped. */
  readonly requires?: string;
}

/** A failed check and the reason. */
export interface HealthFailure {
  readonly name: string;
  readonly reason: string;
}

/** Registers checks and runs them: together, at most once at a time, at most once a second. */
@Injectable()
export class HealthChecks {
  private readonly checks = new Map<string, RegisteredCheck>();
  private running: Promise<readonly HealthFailure[]> | undefined;
  /** Changes with the registered checks: results of an earlier round do not count then. */
  private version = 0;
  private latest: { readonly failures: readonly HealthFailure[]; readonly at: number } | undefined;

  /**
   * Adds a check; call the returned function to remove it.
   * @throws Error if the name is taken or the required check is not registered
   */
  register(check: HealthCheck): () => void {
    const { name, requires } = check;
    if (this.checks.has(name)) throw new Error(`a health check named "${name}" already exists: use another name`);
    if (requires !== undefined && !this.checks.has(requires)) {
      throw new Error(
        `the health check "${name}" requires "${requires}", which is not registered: register that first`,
      );
    }
    this.checks.set(name, new RegisteredCheck(check));
    this.changed();
    return () => {
      this.checks.delete(name);
      this.changed();
    };
  }

  /** The current failures, in the order of registration; empty if the server is ready. */
  async failures(): Promise<readonly HealthFailure[]> {
    if (this.latest && performance.now() - this.latest.at < FRESH_MS) return this.latest.failures;
    this.running ??= this.started();
    return this.running;
  }

  private changed(): void {
    this.version += 1;
    this.latest = undefined;
    this.running = undefined;
  }

  private started(): Promise<readonly HealthFailure[]> {
    const running = this.round().finally(() => {
      if (this.running === running) this.running = undefined;
    });
    return running;
  }

  private async round(): Promise<readonly HealthFailure[]> {
    const { version } = this;
    const began = performance.now();
    const results = new Map<string, Promise<string | null | undefined>>();
    for (const [name, check] of this.checks) {
      const required = check.requires === undefined ? undefined : results.get(check.requires);
      // The required check was registered earlier, so it has already been started.
      results.set(
        name,
        required ? required.then((reason) => (reason === null ? check.reason(began) : undefined)) : check.reason(began),
      );
    }
    const failures: HealthFailure[] = [];
    for (const [name, result] of results) {
      const reason = await result;
      if (typeof reason === 'string') failures.push({ name, reason });
    }
    if (version === this.version) this.latest = { failures, at: performance.now() };
    return failures;
  }
}

/** A check that never runs twice at a time: if it hangs, later rounds wait for the same run. */
class RegisteredCheck {
  private running: Promise<string | null> | undefined;

  constructor(private readonly options: HealthCheck) {}

  get requires(): string | undefined {
    return this.options.requires;
  }

  /**
   * The reason for the failure, or `null` if the check passes; never rejects.
   * @param began - when the round began, by `performance.now()`
   */
  async reason(began: number): Promise<string | null> {
    const { name, check, timeLimitMs = DEFAULT_TIME_LIMIT_MS, late = () => `${name} does not answer` } = this.options;
    const leftMs = Math.max(began + timeLimitMs - performance.now(), 0);
    this.running ??= outcomeOf(check, name).finally(() => (this.running = undefined));
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<string>((resolve) => {
      timer = setTimeout(() => {
        resolve(late());
      }, leftMs).unref();
    });
    const reason = await Promise.race([this.running, over]);
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
