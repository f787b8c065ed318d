/** The topics that somebody watches, found by whose changes concern them. */
import { Semaphore, type Change } from '../../../core/index.js';
import type { Audience } from './audience.js';
import type { Subject } from './subject.js';
import { Topic } from './topic.js';

/** Topics that are read at the same time: after a gap there may be thousands, and requests want the database as well. */
const READS_AT_ONCE = 4;

export class Topics {
  /** By the user whose changes alone concern them, and then by name. */
  private readonly byUser = new Map<number | null, Map<string, Topic>>();

  private readonly reads = new Semaphore({ concurrent: READS_AT_ONCE });

  constructor(private readonly audience: Audience) {}

  of(subject: Subject): Topic {
    const { userId, name } = subject;
    const named = this.byUser.get(userId) ?? new Map<string, Topic>();
    const topic = named.get(name) ?? new Topic(subject, this.audience, this.reads);
    this.byUser.set(userId, named.set(name, topic));
    return topic;
  }

  /** Forgets a topic that nobody watches. */
  dropIfEmpty({ userId, name }: Subject): void {
    const named = this.byUser.get(userId);
    if (named?.get(name)?.isEmpty !== true) return;
    named.delete(name);
    if (named.size === 0) this.byUser.delete(userId);
  }

  /** @param userId - whose change it is, `null` for one of no user */
  noticed(change: Change, userId: number | null): void {
    for (const whose of new Set([null, userId])) {
      for (const topic of this.byUser.get(whose)?.values() ?? []) topic.noticed(change);
    }
  }

  /** Changes may have been missed. */
  mistrust(): void {
    for (const topic of this.all()) topic.mistrust();
  }

  /** Tries again what could not be done. */
  retry(): void {
    for (const topic of this.all()) topic.refresh();
  }

  private *all(): Generator<Topic> {
    for (const named of this.byUser.values()) yield* named.values();
  }
}
