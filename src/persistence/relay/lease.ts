/** The times of the protocol in docs/several-instances.md, all from one setting. */

export interface LeaseTimes {
  /** How long after its last renewal an instance may answer from memory. */
  readonly trustMs: number;
  /** How long a change waits for an acknowledgement before it has the instance's lease not renewed any more. */
  readonly acknowledgeWithinMs: number;
  /** Pause between renewals. */
  readonly renewMs: number;
}

/** @param seconds - how long at the most a lost instance delays a revocation */
export function leaseTimes(seconds: number): LeaseTimes {
  const leaseMs = seconds * 1000;
  return { trustMs: leaseMs * 0.7, acknowledgeWithinMs: leaseMs * 0.2, renewMs: leaseMs * 0.2 };
}

/** Clocks of two machines may run differently fast, and timers a little early. */
export const MARGIN_MS = 50;
