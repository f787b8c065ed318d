/** A readers-writer lock, which keeps readers of a shared connection from seeing uncommitted rows. */

export class ReadWriteLock {
  private readers = 0;
  private writing = false;
  private readonly waitingReaders: (() => void)[] = [];
  private readonly waitingWriters: (() => void)[] = [];

  /** Runs alongside other readers, but not while a writer runs or waits. */
  async shared<T>(work: () => Promise<T>): Promise<T> {
    if (this.writing || this.waitingWriters.length > 0) {
      await new Promise<void>((resolve) => this.waitingReaders.push(resolve));
    } else {
      this.readers += 1;
    }
    try {
      return await work();
    } finally {
      this.readers -= 1;
      if (this.readers === 0) this.admitWriter();
    }
  }

  /** Runs with no other reader or writer. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.writing || this.readers > 0) {
      await new Promise<void>((resolve) => this.waitingWriters.push(resolve));
    } else {
      this.writing = true;
    }
    try {
      return await work();
    } finally {
      this.writing = false;
      this.admitReaders();
      if (this.readers === 0) this.admitWriter();
    }
  }

  private admitReaders(): void {
    for (const admit of this.waitingReaders.splice(0)) {
      this.readers += 1;
      admit();
    }
  }

  private admitWriter(): void {
    const admit = this.waitingWriters.shift();
    if (!admit) return;
    this.writing = true;
    admit();
  }
}
