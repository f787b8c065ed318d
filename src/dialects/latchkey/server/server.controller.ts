/** Serves `server` (docs/contracts/latchkey.md §7): what it is, and a backup of it. */
import { Get, Inject } from '@nestjs/common';
import { RunningSettings, ServerDatabase } from '../../../core/index.js';
import { BackupLog } from '../../../identity/index.js';
import type { Values } from '../../../settings/index.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented } from '../latchkey.docs.js';
import { Permits } from '../latchkey.guard.js';
import { LATCHKEY_API_OPTIONS } from '../latchkey.options.js';
import type { LATCHKEY_API_SETTINGS } from '../latchkey.settings.js';
import { ServerView, serverView } from './server.views.js';

@LatchkeyController('server', 'Server')
export class ServerController {
  private readonly startedAt = new Date();

  constructor(
    private readonly database: ServerDatabase,
    private readonly settings: RunningSettings,
    private readonly backups: BackupLog,
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
      await this.backups.last(),
    ];
    return serverView(this.options.productVersion, this.startedAt, facts, instances, this.settings, lastBackup);
  }
}
