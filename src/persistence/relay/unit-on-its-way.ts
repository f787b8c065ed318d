/** One unit of work's changes between their commit and the answer to their author: who has heard of them. */

export class UnitOnItsWay {
  private readonly heardBy = new Set<string>();
  private isCommitted = false;
  private heard: () => void = () => undefined;
  private delivered: () => void = () => undefined;

  /** Settles when this process has delivered the changes, or has not heard of them and has forgotten all since. */
  readonly own = new Promise<void>((resolve) => {
    this.delivered = resolve;
  });

  constructor(
    /** Counts the units of work of this process. */
    readonly number: number,
    /** The session that hears of it, and of its acknowledgements: one that listened before the commit, or has asked. */
    public session: string | null,
  ) {}

  /** From here on, a session that ends can have missed the changes. */
  committed(): void {
    this.isCommitted = true;
  }

  deliveredHere(): void {
    this.delivered();
  }

  /** The session has ended: whatever hears of changes next begins with nothing remembered. */
  missedHere(): void {
    if (this.isCommitted) this.delivered();
  }

  acknowledgedBy(instance: string): void {
    this.heardBy.add(instance);
    this.heard();
  }

  isKnownTo(instance: string): boolean {
    return this.heardBy.has(instance);
  }

  /** Settles when all of these have heard; only the last call does. */
  knownToAll(instances: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      this.heard = () => {
        if (instances.every((id) => this.heardBy.has(id))) resolve();
      };
      this.heard();
    });
  }
}
