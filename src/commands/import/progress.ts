/** Draws how far a long command is, on a terminal. */
import type { CommandIo } from '../command-context.js';

const WIDTH = 30;
const INTERVAL_MS = 200;

/** One line that is drawn again; nothing where there is no terminal. */
export class Progress {
  private drawnAt = 0;
  private readonly began = performance.now();

  constructor(
    private readonly io: Pick<CommandIo, 'progress'>,
    private readonly label: string,
    /** 0 if it is not known. */
    private readonly total: number,
  ) {}

  /** @param done - of the total, if that is known */
  show(done: number, rows: number): void {
    const now = performance.now();
    if (!this.io.progress || now - this.drawnAt < INTERVAL_MS) return;
    this.drawnAt = now;
    this.io.progress(`\r\u001b[K${this.label}${this.barOf(done, now)} ${rows.toLocaleString('en')} rows`);
  }

  /** Nothing where the total is not known. */
  private barOf(done: number, now: number): string {
    if (this.total === 0) return ':';
    const share = Math.min(done / this.total, 1);
    const bar = '#'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '.');
    const left =
      share > 0.01 ? ` ${String(Math.ceil((((now - this.began) / share) * (1 - share)) / 1000))} s left,` : '';
    return ` [${bar}] ${String(Math.floor(share * 100))} %,${left}`;
  }

  /** Removes the line, so that other text can follow. */
  end(): void {
    this.io.progress?.('\r\u001b[K');
  }
}
