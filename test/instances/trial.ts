/**
 * The trial of complete revocation: credentials are revoked at random instances under a constant load of
 * verifications at all of them, while instances are killed, suspended and cut off; none may be accepted once the
 * revocation has returned.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, verify, type Place } from './cluster.js';
import { Failures, type FailureKind } from './failures.js';
import { NotNow, type Answer } from './kept-client.js';
import { Load } from './load.js';
import { SORTS, UnexpectedAnswer, command, createVictim, type Sort, type Victim } from './victims.js';

export interface TrialOptions {
  readonly databaseUrl: string;
  readonly revocations: number;
  /** Revocations at a time. */
  readonly workers: number;
  readonly leaseSeconds: number;
  /** What goes wrong along the way, in this order, evenly spread. */
  readonly failures: readonly FailureKind[];
  /** Verifications a second at each instance. */
  readonly verifications: number;
  /** Called from time to time with the number of revoked credentials. */
  readonly onProgress?: (done: number) => void;
}

export interface TrialReport {
  readonly bySort: Readonly<Record<Sort, number>>;
  /** Credentials that were accepted though their revoke had returned. */
  readonly accepted: readonly string[];
  /** Credentials that were refused though they were good. */
  readonly refused: readonly string[];
  readonly verifications: number;
  /** Milliseconds that revokes took, while nothing was wrong and otherwise. */
  readonly healthy: readonly number[];
  readonly failing: readonly number[];
  readonly seconds: number;
}

const INSTANCES = 3;

/** How often each revoked credential is presented to each instance, concurrently. */
const CHECKS = 3;

/** Repeats a request while something fails. */
const TIMEOUT_MS = 30_000;
const PAUSE_MS = 20;

export function runTrial(options: TrialOptions): Promise<TrialReport> {
  const settings = { INSTANCE_LEASE_SECONDS: String(options.leaseSeconds) };
  return Cluster.with(options.databaseUrl, INSTANCES, settings, (cluster) => new Trial(cluster, options).run());
}

class Trial {
  private readonly bySort = Object.fromEntries(SORTS.map((sort) => [sort, 0])) as Record<Sort, number>;
  private readonly accepted: string[] = [];
  private readonly refused: string[] = [];
  private readonly healthy: number[] = [];
  private readonly failing: number[] = [];
  private readonly failures: Failures;
  private readonly load: Load;
  /** Checks at suspended instances. */
  private readonly later: Promise<void>[] = [];
  private begun = 0;
  private done = 0;
  /** Also set after a failure: whatever is still running stops. */
  private isOver = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: TrialOptions,
  ) {
    this.failures = new Failures(cluster, options.leaseSeconds * 1000);
    this.load = new Load(cluster, options.verifications, { accepted: this.accepted, refused: this.refused });
  }

  async run(): Promise<TrialReport> {
    const begunAt = performance.now();
    await this.load.begin();
    try {
      const workers = Array.from({ length: this.options.workers }, () => this.work());
      await Promise.all([...workers, this.fail()]);
      await Promise.all(this.later);
    } finally {
      this.isOver = true;
      await this.load.end();
    }
    const { verifications } = this.load;
    const { bySort, accepted, refused, healthy, failing } = this;
    const seconds = (performance.now() - begunAt) / 1000;
    return { bySort, accepted, refused, verifications, healthy, failing, seconds };
  }

  private async work(): Promise<void> {
    while (!this.isOver && this.begun < this.options.revocations) {
      this.begun += 1;
      const sort = SORTS[this.begun % SORTS.length] ?? 'user deleted';
      const victim = await this.withPatience(() => createVictim(this.cluster.any(), sort));
      this.load.add(victim);
      await this.warm(victim);
      if (await this.end(victim)) await this.check(victim);
      this.load.remove(victim);
      this.done += 1;
      this.options.onProgress?.(this.done);
    }
  }

  /** Each failure when its part of the revocations is done. */
  private async fail(): Promise<void> {
    const { failures, revocations } = this.options;
    for (const [index, kind] of failures.entries()) {
      const due = (revocations * (index + 1)) / (failures.length + 1);
      while (!this.isOver && this.done < due) await delay(PAUSE_MS);
      if (this.isOver) return;
      await this.failures.cause(kind);
    }
  }

  /** Until every instance has accepted it, so that each has it in its memory. */
  private async warm(victim: Victim): Promise<void> {
    const moving = this.cluster.up.filter(({ isHeld }) => !isHeld);
    const warmed = moving.map((place) =>
      this.withPatience(async () => {
        const { status, text } = await verify(place, victim.credential);
        if (status === 401) this.refused.push(`${victim.sort}, new, at ${place.name}`);
        else if (status !== 200) throw new UnexpectedAnswer(text);
      }, place),
    );
    await Promise.all(warmed);
  }

  /** Revokes it; `false` if it is gone, but no answer has confirmed that. */
  private async end(victim: Victim): Promise<boolean> {
    return this.withPatience(async () => {
      const { status, text } = await this.timed(this.cluster.any(), (place) => command(place, victim.end));
      // An earlier attempt has done it, and its answer was lost.
      if (status === 404) return false;
      if (status >= 300) throw new UnexpectedAnswer(`${victim.end.path}: ${String(status)} ${text}`);
      victim.endedAt = performance.now();
      this.bySort[victim.sort] += 1;
      return true;
    });
  }

  /** Notes how long it takes, unless the process that receives the request is itself suspended in between. */
  private async timed(place: Place, attempt: (place: Place) => Promise<Answer>): Promise<Answer> {
    const isUndisturbed = this.failures.watch();
    const [begunAt, { holds }] = [performance.now(), place];
    try {
      return await attempt(place);
    } finally {
      const times = isUndisturbed() ? this.healthy : this.failing;
      if (place.holds === holds) times.push(performance.now() - begunAt);
    }
  }

  /** Presents it to every instance: none may accept it. */
  private async check(victim: Victim): Promise<void> {
    const at: Promise<void>[] = [];
    for (const place of this.cluster.up) {
      const checks = Array.from({ length: CHECKS }, () =>
        this.withPatience(async () => {
          const { status, text } = await verify(place, victim.credential);
          if (status === 200) this.accepted.push(`${victim.sort}, at ${place.name}`);
          else if (status !== 401) throw new UnexpectedAnswer(text);
        }, place),
      );
      if (place.isHeld) this.later.push(...checks);
      else at.push(...checks);
    }
    await Promise.all(at);
  }

  /** Tries again while something fails; gives up on a place whose process is gone. */
  private async withPatience<T>(attempt: () => Promise<T>, place?: Place): Promise<T> {
    const begunAt = performance.now();
    const process = place?.process;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const isLate = performance.now() - begunAt > TIMEOUT_MS;
        if (!(error instanceof NotNow) || isLate || this.isOver) throw error;
        if (place && (!place.isUp || place.process !== process)) return undefined as T;
        await delay(PAUSE_MS);
      }
    }
  }
}
