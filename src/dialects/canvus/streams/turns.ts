/** So many at a time, in the order in which they come. */

export class Turns {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The turn goes on to the next, if there is one.
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
