/** Bounds the lines of the security log: each subject once a minute, and only so many in all. */

/** Both bounds count within this time. */
const WINDOW_MS = 60_000;

export class SecurityLines {
  private readonly written = new Set<string>();
  private leftOut = 0;
  private window: NodeJS.Timeout | undefined;

  /** @param perMinute - maximum number of lines in a minute */
  constructor(
    private readonly write: (line: string) => void,
    private readonly perMinute: number,
    private readonly windowMs = WINDOW_MS,
  ) {}

  /** @param subject - what is written once a minute, such as a token and the reason */
  add(subject: string, line: () => string): void {
    this.window ??= this.newWindow();
    if (this.written.has(subject) || this.written.size >= this.perMinute) {
      this.leftOut += 1;
      return;
    }
    this.written.add(subject);
    this.write(line());
  }

  /** Writes at once how many were left out, and nothing later: the log may be that of a host, which goes on. */
  end(): void {
    clearTimeout(this.window);
    this.endWindow();
  }

  private newWindow(): NodeJS.Timeout {
    return setTimeout(() => {
      this.endWindow();
    }, this.windowMs).unref();
  }

  private endWindow(): void {
    this.window = undefined;
    this.written.clear();
    if (this.leftOut > 0) this.write(`${String(this.leftOut)} more of these within the last minute were left out`);
    this.leftOut = 0;
  }
}
