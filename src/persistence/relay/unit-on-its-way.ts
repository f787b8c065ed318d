/** One unit of work's changes between their commit and the answer to their author: who has heard of them. */

export class UnitOnItsWay {
  private readonly heardBy = new Set<string>();
  private isCommitted = false;
  private expectedSince = Infinity;
  private isReceived = false;
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

  /** From here on, the notification is on its way to the session of now. */
  expectedHere(): void {
    this.expectedSince = performance.now();
  }

  /** The notification is here; its turn to be delivered comes. */
  receivedHere(): void {
    this.isReceived = true;
  }

  deliveredHere(): void {
    this.isReceived = true;
    this.delivered();
  }

  /** The session has ended: whatever hears of changes next begins with nothing remembered. */
  missedHere(): void {
    if (this.isCommitted) this.deliveredHere();
  }

  /** Whether it should have been received before something that was sent later, on the same connection, was answered. */
  isLost(sentAt: number): boolean {
    return !this.isReceived && sentAt > this.expectedSince;
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
