/** `GET /health/live` and `GET /health/ready`, for supervisors and load balancers. */
import { Controller, Get, Res, VERSION_NEUTRAL } from '@nestjs/common';
import type { Response } from 'express';
import { ApiExcludeController } from '../internals/index.js';
import { HealthChecks } from '../core/index.js';
import { LIVE, PUBLIC, permits, readiness, type HealthAnswer } from '../http/index.js';

@ApiExcludeController()
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController {
  constructor(private readonly checks: HealthChecks) {}

  /** 200 as long as the process answers. */
  @permits(PUBLIC)
  @Get('live')
  live(): HealthAnswer['body'] {
    return LIVE.body;
  }

  /** 200 if everything that the server depends on is available, otherwise 503 with the reasons. */
  @permits(PUBLIC)
  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<HealthAnswer['body']> {
    const { status, body } = await readiness(this.checks);
    response.status(status);
    return body;
  }
}
