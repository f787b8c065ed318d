/** Serves `server` (docs/contracts/latchkey.md §7): what it is, and a backup of it. */
import { Get, HttpCode, Inject, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { RunningSettings, ServerDatabase } from '../../../core/index.js';
import { BackupLog } from '../../../identity/index.js';
import type { Values } from '../../../settings/index.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented } from '../latchkey.docs.js';
import { Caller, Permits, type LatchkeyCaller } from '../latchkey.guard.js';
import { LATCHKEY_API_OPTIONS } from '../latchkey.options.js';
import type { LATCHKEY_API_SETTINGS } from '../latchkey.settings.js';
import { Backups, SQLITE_FILE } from './backups.js';
import { ServerView, serverView } from './server.views.js';

@LatchkeyController('server', 'Server')
export class ServerController {
  private readonly startedAt = new Date();

  constructor(
    private readonly database: ServerDatabase,
    private readonly settings: RunningSettings,
    private readonly backupLog: BackupLog,
    private readonly backups: Backups,
    @Inject(LATCHKEY_API_OPTIONS) private readonly options: Values<typeof LATCHKEY_API_SETTINGS>,
  ) {}

  @Permits('administrator')
  @Get()
  @Documented({
    operationId: 'getServer',
    summary: 'Get the server',
    description: 'Its version, database, instances and settings, without anything secret.',
    returns: 'The server.',
    answer: ServerView,
  })
  async get(): Promise<ServerView> {
    const [facts, instances, lastBackup] = [
      await this.database.facts(),
      await this.database.instances(),
      await this.backupLog.last(),
    ];
    return serverView(this.options.productVersion, this.startedAt, facts, instances, this.settings, lastBackup);
  }

  @Permits('administrator')
  @Post('backup')
  @HttpCode(200)
  @Documented({
    operationId: 'backUpServer',
    summary: 'Download a backup',
    description:
      'A copy of the SQLite database in one file, made while the server runs, as `latchkey backup` makes it. It holds ' +
      'everything, hashes of secrets included: keep it as safe as the server. One at a time, otherwise 409. PostgreSQL is ' +
      'backed up by `pg_dump`: 409.',
    returns: 'The file.',
    answer: SQLITE_FILE,
    example: 'SQLite format 3',
    headers: { 'Content-Disposition': 'An attachment, named after the day.' },
    problems: ['conflict'],
  })
  async backUp(@Caller() { actor }: LatchkeyCaller, @Res() response: Response): Promise<void> {
    await this.backups.send(actor, response);
  }
}
