/** Output that arrives in pieces, and waiting until it meets a condition. */

const TIMEOUT_MS = 10_000;

export abstract class Awaited {
  private isOver = false;
  private wake: () => void = () => undefined;

  /** What has arrived so far, for the message of a test that timed out. */
  protected abstract summary(): string;

  /** Waits until the condition holds; fails when the output ends before that, or after the time limit. Default: 10 s. */
  async until(condition: () => boolean, timeoutMs = TIMEOUT_MS): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!condition()) {
      if (this.isOver) throw new Error(`it has ended after ${this.summary()}`);
      if (performance.now() >= deadline) throw new Error(`timed out after ${this.summary()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - performance.now());
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Call when more has arrived. */
  protected news(): void {
    this.wake();
  }

  /** Call when nothing more will arrive. */
  protected over(): void {
    this.isOver = true;
    this.wake();
  }
}
