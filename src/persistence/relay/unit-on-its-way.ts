/** One unit of work's changes between their commit and the answer to their author: who has heard of them. */

export class UnitOnItsWay {
  private readonly heardBy = new Set<string>();
  private wake: () => void = () => undefined;
  private delivered: () => void = () => undefined;

  /** Settles when this process has delivered the changes, or can no longer hear of them. */
  readonly own = new Promise<void>((resolve) => {
    this.delivered = resolve;
  });

  constructor(
    /** The session in which it was sent, or asked about: acknowledgements of later ones are not heard. */
    public session: string | null,
  ) {}

  deliveredHere(): void {
    this.delivered();
  }

  acknowledgedBy(instance: string): void {
    this.heardBy.add(instance);
    this.wake();
  }

  isKnownTo(instance: string): boolean {
    return this.heardBy.has(instance);
  }

  /** How many others have heard. */
  get heard(): number {
    return this.heardBy.size;
  }

  /** Until more have heard than this many, or so long. */
  async news(heard: number, patienceMs: number): Promise<void> {
    if (this.heard > heard) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
