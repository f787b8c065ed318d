/** Whether requests can be served: asked of the database at most once a second, by one query at a time. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const FRESH_MS = 1000;
const PATIENCE_MS = 3000;

@Injectable()
export class Readiness {
  private answer: { reason: string | null; at: number } | undefined;
  private asking: Promise<string | null> | undefined;
  private migrated = false;

  constructor(private readonly dataSource: DataSource) {}

  /** `null` when ready. */
  async reasonNotReady(): Promise<string | null> {
    if (this.answer && performance.now() - this.answer.at < FRESH_MS) return this.answer.reason;
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return Promise.race([this.asking, late()]);
  }

  /** One question at a time, however long the database takes. */
  private async ask(): Promise<string | null> {
    const reason = await this.check();
    this.answer = { reason, at: performance.now() };
    return reason;
  }

  private async check(): Promise<string | null> {
    try {
      await this.dataSource.query('SELECT 1');
      this.migrated ||= !(await this.dataSource.showMigrations());
      return this.migrated ? null : 'migrations are pending';
    } catch {
      return 'the database is not reachable';
    }
  }
}

function late(): Promise<string> {
  return new Promise((resolve) => {
    setTimeout(() => {
      resolve('the database does not answer');
    }, PATIENCE_MS).unref();
  });
}
