/** `GET /metrics`, for Prometheus with the token of an administrator. */
import { Controller, Get, NotFoundException, Res, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import type { Response } from 'express';
import { ApiExcludeController } from '../../internals/index.js';
import { permits } from '../../http/index.js';
import { Metrics } from './metrics.js';
import { ADMINISTRATORS, MetricsGuard } from './metrics.guard.js';
import { MetricsErrors } from './metrics.errors.js';

@ApiExcludeController()
@Controller({ path: 'metrics', version: VERSION_NEUTRAL })
@UseGuards(MetricsGuard)
@UseFilters(MetricsErrors)
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  /** All metrics in Prometheus' text format. */
  @permits(ADMINISTRATORS)
  @Get()
  async read(@Res() response: Response): Promise<void> {
    if (!this.metrics.isOn) throw new NotFoundException(SWITCHED_OFF);
    const text = await this.metrics.text();
    response.set('Cache-Control', 'no-store').set('Content-Type', this.metrics.contentType).send(text);
  }
}

export const SWITCHED_OFF = 'metrics are switched off: set METRICS=true';
