/** `GET /health/live` and `GET /health/ready`, for supervisors and load balancers. */
import { Controller, Get, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { HealthChecks } from '../core/index.js';

@ApiExcludeController()
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController {
  constructor(private readonly checks: HealthChecks) {}

  /** The process answers; touches nothing. */
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /** 200 when nothing that the server depends on is missing, otherwise 503 with what is. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<{ status: string; reason?: string }> {
    const failures = await this.checks.failures();
    response.status(failures.length === 0 ? 200 : 503);
    if (failures.length === 0) return { status: 'ok' };
    return { status: 'unavailable', reason: failures.map(({ reason }) => reason).join('; ') };
  }
}
