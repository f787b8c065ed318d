/** `GET /health/live` and `GET /health/ready`, for supervisors and load balancers. */
import { Controller, Get, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { Readiness } from './readiness.js';

@ApiExcludeController()
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process answers; touches nothing. */
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /** 200 when the database is reachable and migrated, otherwise 503 with the reason. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<{ status: string; reason?: string }> {
    const reason = await this.readiness.reasonNotReady();
    response.status(reason === null ? 200 : 503);
    return reason === null ? { status: 'ok' } : { status: 'unavailable', reason };
  }
}
