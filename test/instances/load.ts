/** A constant load of verifications at every instance, with credentials that stay valid and with those that are revoked. */
import { setTimeout as delay } from 'node:timers/promises';
import { pick, verify, type Cluster, type Place } from './cluster.js';
import { NotNow } from './kept-client.js';
import { createVictim, type Victim } from './victims.js';

/** Connections to each instance. */
const CONNECTIONS = 4;

/** Number of credentials that stay valid, of each of two kinds. */
const STANDING = 10;

/** Number of credentials that are still presented after they were revoked. */
const FORMER = 40;

/** Descriptions of what was wrong. */
export interface Findings {
  readonly accepted: string[];
  readonly refused: string[];
}

export class Load {
  private readonly standing: Victim[] = [];
  private readonly passing = new Set<Victim>();
  private readonly former: Victim[] = [];
  private loops: Promise<void>[] = [];
  private isOver = false;
  /** How many there were so far. */
  verifications = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly perSecond: number,
    private readonly findings: Findings,
  ) {}

  async begin(): Promise<void> {
    for (let count = 0; count < STANDING; count += 1) {
      for (const sort of ['service token deleted', 'personal token deleted'] as const) {
        this.standing.push(await createVictim(this.cluster.any(), sort));
      }
    }
    this.loops = this.cluster.places.flatMap((place) => Array.from({ length: CONNECTIONS }, () => this.loop(place)));
  }

  /** Presents it from now on. */
  add(victim: Victim): void {
    this.passing.add(victim);
  }

  /** Presents it on for a while. */
  remove(victim: Victim): void {
    this.passing.delete(victim);
    this.former.push(victim);
    if (this.former.length > FORMER) this.former.shift();
  }

  async end(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.loops);
  }

  private async loop(place: Place): Promise<void> {
    const pauseMs = (1000 * CONNECTIONS) / this.perSecond;
    let due = performance.now() + Math.random() * pauseMs;
    while (!this.isOver) {
      await delay(Math.max(0, due - performance.now()));
      // Requests that could not be sent in time are not sent later.
      due = Math.max(due + pauseMs, performance.now());
      if (place.isUp) await this.present(place, pick(pick([this.standing, this.changing()])));
    }
  }

  private changing(): readonly Victim[] {
    const all = [...this.passing, ...this.former];
    return all.length > 0 ? all : this.standing;
  }

  private async present(place: Place, victim: Victim): Promise<void> {
    const hadEnded = victim.endedAt !== undefined;
    try {
      const { status } = await verify(place, victim.credential);
      this.verifications += 1;
      if (status === 200 && hadEnded) this.findings.accepted.push(`${victim.sort}, at ${place.name}, by the load`);
      if (status !== 200 && this.standing.includes(victim)) {
        this.findings.refused.push(`${victim.sort}, at ${place.name}: ${String(status)}`);
      }
    } catch (error) {
      // During a failure; it will be presented again.
      if (!(error instanceof NotNow)) throw error;
    }
  }
}
