/** `GET /health/live` and `GET /health/ready`, for supervisors and load balancers. */
import { Controller, Get, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { HealthChecks } from '../core/index.js';
import { PUBLIC, permits } from '../http/index.js';

@ApiExcludeController()
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController {
  constructor(private readonly checks: HealthChecks) {}

  /** 200 as long as the process answers; checks nothing else. */
  @permits(PUBLIC)
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /** 200 if everything that the server depends on is available, otherwise 503 with the reasons. */
  @permits(PUBLIC)
  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<{ status: string; reason?: string }> {
    const failures = await this.checks.failures();
    response.status(failures.length === 0 ? 200 : 503);
    if (failures.length === 0) return { status: 'ok' };
    return { status: 'unavailable', reason: failures.map(({ reason }) => reason).join('; ') };
  }
}
