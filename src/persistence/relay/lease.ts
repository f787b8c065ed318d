/** The durations of the protocol in docs/several-instances.md, all derived from one setting. */

export interface LeaseTimes {
  /** How long after its last renewal an instance may answer from memory. */
  readonly trustMs: number;
  /** How long a change waits for an instance's acknowledgement before it fences the instance. */
  readonly acknowledgeWithinMs: number;
  /** Pause between renewals. */
  readonly renewMs: number;
}

/** @param seconds - the longest time that a lost instance may delay a revocation */
export function leaseTimes(seconds: number): LeaseTimes {
  const leaseMs = seconds * 1000;
  return { trustMs: leaseMs * 0.7, acknowledgeWithinMs: leaseMs * 0.2, renewMs: leaseMs * 0.2 };
}

/** Allowance for clocks that run at different speeds on two machines, and for timers that fire a little early. */
export const MARGIN_MS = 50;
