/** Something that comes bit by bit, and waiting for what one hopes to see in it. */

const PATIENCE_MS = 10_000;

export abstract class Awaited {
  private isOver = false;
  private wake: () => void = () => undefined;

  /** What has come so far, for the message of a test that waited in vain. */
  protected abstract told(): string;

  /** Waits until something is true of what has come; fails when it ends before, or after ten seconds unless told. */
  async until(condition: () => boolean, patienceMs = PATIENCE_MS): Promise<void> {
    const deadline = performance.now() + patienceMs;
    while (!condition()) {
      if (this.isOver) throw new Error(`it has ended after ${this.told()}`);
      if (performance.now() >= deadline) throw new Error(`waited in vain after ${this.told()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - performance.now());
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** To be called when more has come. */
  protected news(): void {
    this.wake();
  }

  /** To be called when nothing comes any more. */
  protected over(): void {
    this.isOver = true;
    this.wake();
  }
}
