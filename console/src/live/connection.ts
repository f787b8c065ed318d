/** Whether the server answers. While it does not, it is asked again at intervals that become longer. */
import type { Problem } from '../api/problem.ts';
import { store } from './store.ts';

export interface Outage {
  readonly kind: 'unavailable' | 'lost';
  /** Milliseconds since 1970. */
  readonly retryAt: number;
  readonly tries: number;
  /** When it was noticed last, in milliseconds since 1970. */
  readonly at: number;
}

export const outage = store<Outage | null>(null);

const LONGEST_WAIT_MS = 15_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let probe: () => Promise<boolean> = () => Promise.resolve(true);

/** @param ask - whether the server answers; it reports failures by {@link reportOutage} itself */
export function probeWith(ask: () => Promise<boolean>): void {
  probe = ask;
}

export function reportOutage(problem: Problem): void {
  const tries = (outage.get()?.tries ?? 0) + 1;
  // Several calls fail at the same time.
  if (timer !== undefined) return;
  const wait = Math.min((problem.retryAfterSeconds ?? 2) * 1000 * (tries > 3 ? 2 : 1), LONGEST_WAIT_MS);
  const at = Date.now();
  outage.set({ kind: problem.status === 0 ? 'lost' : 'unavailable', retryAt: at + wait, tries, at });
  timer = setTimeout(askAgain, wait);
}

export function askAgain(): void {
  clearTimeout(timer);
  timer = undefined;
  void probe();
}

export function reportAnswer(): void {
  if (outage.get() === null) return;
  clearTimeout(timer);
  timer = undefined;
  outage.set(null);
}
