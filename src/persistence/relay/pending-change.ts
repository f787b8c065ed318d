/** A committed unit of work that awaits acknowledgement: which instances have heard of its changes. */

export class PendingChange {
  private readonly acknowledgements = new Set<string>();
  private isCommitted = false;
  private expectedSince = Infinity;
  private isReceived = false;
  private onAcknowledged: () => void = () => undefined;
  private resolveLocalDelivery: () => void = () => undefined;

  /** Settles when this process has delivered the changes, or has not heard of them and has forgotten all since. */
  readonly localDelivery = new Promise<void>((resolve) => {
    this.resolveLocalDelivery = resolve;
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
  expectedLocally(): void {
    this.expectedSince = performance.now();
  }

  /** The notification is here; its turn to be delivered comes. */
  receivedLocally(): void {
    this.isReceived = true;
  }

  deliveredLocally(): void {
    this.isReceived = true;
    this.resolveLocalDelivery();
  }

  /** The session has ended: whatever hears of changes next begins with nothing remembered. */
  missedLocally(): void {
    if (this.isCommitted) this.deliveredLocally();
  }

  /** Whether it should have been received before something that was sent later, on the same connection, was answered. */
  isLost(sentAt: number): boolean {
    return !this.isReceived && sentAt > this.expectedSince;
  }

  acknowledgedBy(instance: string): void {
    this.acknowledgements.add(instance);
    this.onAcknowledged();
  }

  isAcknowledgedBy(instance: string): boolean {
    return this.acknowledgements.has(instance);
  }

  /** Settles when all of these have heard; only the last call does. */
  acknowledgedByAll(instances: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      this.onAcknowledged = () => {
        if (instances.every((id) => this.acknowledgements.has(id))) resolve();
      };
      this.onAcknowledged();
    });
  }
}
