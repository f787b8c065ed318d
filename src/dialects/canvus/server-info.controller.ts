/** Serves `server-info`, the version of the server (docs/contracts/canvus.md §6). */
import { Get, Inject } from '@nestjs/common';
import { ApiProperty } from '../../internals/index.js';
import { ServerSettings } from '../../identity/index.js';
import type { Values } from '../../settings/index.js';
import { CanvusController } from './canvus.controller.js';
import { Permits } from './canvus.guard.js';
import { Documented } from './canvus.docs.js';
import { CANVUS_OPTIONS } from './canvus.options.js';
import type { CANVUS_SETTINGS } from './canvus.settings.js';

/** The version of the vendor's server and API that this dialect is compatible with. */
const COMPATIBLE_SERVER = '3.4.12';
const COMPATIBLE_API = 'v1.2';

class ServerInfoView {
  @ApiProperty({ type: [String], example: [COMPATIBLE_API] })
  api!: string[];

  @ApiProperty({ example: '', description: 'The Go version of the vendor’s server; empty here.' })
  go!: string;

  @ApiProperty({
    format: 'uuid',
    example: '6b3c1f0e-2d5a-4f7b-9c8d-1e2f3a4b5c6d',
    description: 'Id of the server, which never changes for a database.',
  })
  server_id!: string;

  @ApiProperty({ example: `${COMPATIBLE_SERVER} [latchkey-0.1.0]` })
  version!: string;
}

@CanvusController('server-info', 'Server')
export class ServerInfoController {
  constructor(
    private readonly settings: ServerSettings,
    @Inject(CANVUS_OPTIONS) private readonly options: Values<typeof CANVUS_SETTINGS>,
  ) {}

  @Permits('public')
  @Get()
  @Documented({
    summary: 'Get the server version',
    returns: 'The versions and the id of the server.',
    description:
      'The version of the vendor’s server and API that this server is compatible with, and in brackets its own. No token ' +
      'is needed.',
    answer: ServerInfoView,
    isPublic: true,
  })
  async get(): Promise<ServerInfoView> {
    return {
      api: [COMPATIBLE_API],
      go: '',
      server_id: await this.settings.serverId(),
      version: `${COMPATIBLE_SERVER} [${this.options.productVersion}]`,
    };
  }
}
