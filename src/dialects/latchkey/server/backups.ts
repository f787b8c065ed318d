/** Gives out copies of the database, one at a time, and removes each when it is sent. */
import { open } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { Clock, ServerDatabase, type Actor } from '../../../core/index.js';
import { streamFile } from '../../../http/index.js';
import { BackupLog } from '../../../identity/index.js';
import { Problem } from '../latchkey.problems.js';

/** The media type of an SQLite file. */
export const SQLITE_FILE = 'application/vnd.sqlite3';

@Injectable()
export class Backups {
  private isUnderWay = false;

  constructor(
    private readonly database: ServerDatabase,
    private readonly log: BackupLog,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem, DomainError `conflict` */
  async send(actor: Actor, response: Response): Promise<void> {
    if (this.isUnderWay) {
      throw new Problem('conflict', 'another backup is being made or downloaded; try again when it is done');
    }
    this.isUnderWay = true;
    const end = (): void => {
      this.isUnderWay = false;
    };
    try {
      await this.copyTo(actor, response, end);
    } finally {
      end();
    }
  }

  /** @param end - called when the copy is read to its end */
  private async copyTo(actor: Actor, response: Response, end: () => void): Promise<void> {
    const file = await this.database.backUp();
    try {
      const handle = await open(file.path);
      // What is open can be read without a name, except on Windows.
      await file.remove().catch(() => undefined);
      try {
        await this.log.write(actor, file.bytes);
      } catch (error) {
        await handle.close();
        throw error;
      }
      const day = this.clock.now().toISOString().slice(0, 10);
      response.set({
        'Content-Type': SQLITE_FILE,
        'Content-Disposition': `attachment; filename="latchkey-${day}.sqlite"`,
        'Cache-Control': 'no-store',
      });
      await streamFile(response, handle.createReadStream().once('end', end), file.bytes);
    } finally {
      await file.remove();
    }
  }
}
