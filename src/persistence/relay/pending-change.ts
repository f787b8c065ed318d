/** A unit of work that awaits acknowledgement: tracks which instances have received its changes. */

export class PendingChange {
  private readonly acknowledgements = new Set<string>();
  private isCommitted = false;
  private expectedSince = Infinity;
  private isReceived = false;
  private onAcknowledged: () => void = () => undefined;
  private resolveLocalDelivery: () => void = () => undefined;

  /** Settles when this process has delivered the changes, or has missed them and emptied its caches since. */
  readonly localDelivery = new Promise<void>((resolve) => {
    this.resolveLocalDelivery = resolve;
  });

  constructor(
    /** Sequence number of the unit of work in this process. */
    readonly number: number,
    /** The session that receives its changes and acknowledgements: it listened before the commit, or has asked since it. */
    public session: string | null,
  ) {}

  /** Call after the commit: from now on, a session that ends may have missed the changes. */
  committed(): void {
    this.isCommitted = true;
  }

  /** Call when the notification is on its way to the current session. */
  expectedLocally(): void {
    this.expectedSince = performance.now();
  }

  /** Call when the notification has arrived and is queued for delivery. */
  receivedLocally(): void {
    this.isReceived = true;
  }

  deliveredLocally(): void {
    this.isReceived = true;
    this.resolveLocalDelivery();
  }

  /** Call when the session has ended: the next one begins with empty caches, so nothing has to be delivered. */
  missedLocally(): void {
    if (this.isCommitted) this.deliveredLocally();
  }

  /** Whether the notification is overdue: a statement sent after it on the same connection has been answered. */
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

  /** Settles when all of these instances have acknowledged. A new call replaces the last one, which never settles. */
  acknowledgedByAll(instances: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      this.onAcknowledged = () => {
        if (instances.every((id) => this.acknowledgements.has(id))) resolve();
      };
      this.onAcknowledged();
    });
  }
}
