/** Serves `license`: this server needs none (docs/contracts/canvus.md §6). */
import { Get, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiProperty } from '../../internals/index.js';
import type { Request, Response } from 'express';
import type { Principal } from '../../identity/index.js';
import { CanvusController } from './canvus.controller.js';
import { Documented } from './canvus.docs.js';
import { CanvusError } from './canvus.errors.js';
import { Caller, Permits } from './canvus.guard.js';
import { NO_LICENSE } from './canvus.messages.js';
import { Streams } from './streams/streams.js';
import { Subscribable, asksForStream } from './streams/subscribe-parameter.js';
import { WatchedServer } from './streams/watched-server.js';

class LicenseView {
  @ApiProperty({ example: '', description: 'Empty: there are no editions.' })
  edition!: string;

  @ApiProperty({ example: false })
  has_expired!: boolean;

  @ApiProperty({ example: true })
  is_valid!: boolean;

  @ApiProperty({ example: -1, type: 'integer', description: 'Without limit.' })
  max_clients!: number;

  @ApiProperty({ example: 'none', description: 'Nothing is counted.' })
  seat_model!: string;

  @ApiProperty({ example: 'lifetime', description: 'Nothing expires.' })
  type!: string;
}

/** The members that the vendor's server shows for a licence without an end. */
const LICENSE: LicenseView = {
  edition: '',
  has_expired: false,
  is_valid: true,
  max_clients: -1,
  seat_model: 'none',
  type: 'lifetime',
};

@CanvusController('license', 'Server')
export class LicenseController {
  constructor(
    private readonly streams: Streams,
    private readonly resources: WatchedServer,
  ) {}

  @Permits('administrator')
  @Get()
  @Subscribable()
  @Documented({
    summary: 'Get the licence',
    description: 'Administrators only. This server needs no licence, so the answer is always the same.',
    returns: 'A licence without limits.',
    answer: LicenseView,
    isLimited: true,
    errors: [403],
  })
  async get(@Caller() caller: Principal, @Req() request: Request, @Res() response: Response): Promise<void> {
    if (asksForStream(request)) await this.streams.open(response, caller, this.resources.constant('license', LICENSE));
    else response.json(LICENSE);
  }

  @Permits('administrator')
  @Post(['', 'activate'])
  @ApiExcludeEndpoint()
  install(): never {
    throw new CanvusError(403, NO_LICENSE);
  }

  @Permits('administrator')
  @Get('request')
  @ApiExcludeEndpoint()
  request(): never {
    throw new CanvusError(403, NO_LICENSE);
  }
}
