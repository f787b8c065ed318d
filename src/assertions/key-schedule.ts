/** When keys sign and are published: rules over their times alone. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A key is published for so long at least before it signs: validators keep the key document for up to a day. */
const PUBLISHED_BEFORE_MS = DAY_MS;

/** A key stays published for so long after it has signed last. */
const PUBLISHED_AFTER_MS = 7 * DAY_MS;

/** The clocks of instances agree at least so well. */
const CLOCKS_DIFFER_MS = HOUR_MS;

/** What matters here of a key. */
export interface Scheduled {
  readonly sequence: number;
  readonly signsFrom: Date;
}

/**
 * The key that signs: the latest that has begun to. A clock that is behind that of the instance which made the first key
 * gets that one.
 * @param keys - in the order of their sequence
 */
export function currentKey<K extends Scheduled>(keys: readonly K[], now: Date): K | undefined {
  return keys.findLast(({ signsFrom }) => signsFrom <= now) ?? keys[0];
}

/** When a successor of a key takes over, the earliest if there are several; `undefined` as long as there is none. */
export function endOf(keys: readonly Scheduled[], { sequence }: Scheduled): Date | undefined {
  const times = keys.filter((key) => key.sequence > sequence).map(({ signsFrom }) => signsFrom.getTime());
  return times.length > 0 ? new Date(Math.min(...times)) : undefined;
}

/** The keys to publish, the current one first, then the next, then previous ones. */
export function publishedKeys<K extends Scheduled>(keys: readonly K[], now: Date): readonly K[] {
  const current = currentKey(keys, now);
  const others = keys.filter((key) => key !== current && !isOver(keys, key, now));
  return current ? [current, ...others.reverse()] : others;
}

/** Whether a key is neither needed to sign nor published any more. */
export function isOver(keys: readonly Scheduled[], key: Scheduled, now: Date): boolean {
  const end = endOf(keys, key);
  return end !== undefined && end.getTime() + PUBLISHED_AFTER_MS <= now.getTime();
}

/**
 * When the keys that are missing begin to sign: the current and the next one. A next key that is made late, because
 * nothing was running, is published before it signs all the same. A key that begins later than any that would be made
 * now does not count: the clock was ahead when it was made, or `keyDays` was longer.
 */
export function missingKeys(keys: readonly Scheduled[], now: Date, keyDays: number): readonly Scheduled[] {
  const rotationMs = keyDays * DAY_MS;
  const latest = keys.at(-1);
  if (!latest) {
    const next = new Date(now.getTime() + rotationMs);
    return [
      { sequence: 1, signsFrom: now },
      { sequence: 2, signsFrom: next },
    ];
  }
  const latestStart = now.getTime() + Math.max(rotationMs, PUBLISHED_BEFORE_MS) + CLOCKS_DIFFER_MS;
  const expected = keys.findLast(({ signsFrom }) => signsFrom.getTime() <= latestStart);
  if (expected && expected.signsFrom > now) return [];
  const rotation = expected ? expected.signsFrom.getTime() + rotationMs : 0;
  const signsFrom = Math.max(rotation, now.getTime() + PUBLISHED_BEFORE_MS);
  return [{ sequence: latest.sequence + 1, signsFrom: new Date(signsFrom) }];
}
