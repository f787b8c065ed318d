/** Serves `stats` (docs/contracts/latchkey.md §7). */
import { Get } from '@nestjs/common';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented } from '../latchkey.docs.js';
import { Caller, Permits, type LatchkeyCaller } from '../latchkey.guard.js';
import { Stats } from './stats.js';
import { StatsView } from './stats.views.js';

@LatchkeyController('stats', 'Statistics')
export class StatsController {
  constructor(private readonly stats: Stats) {}

  @Permits('signed-in')
  @Get()
  @Documented({
    operationId: 'getStats',
    summary: 'Count tokens, and what happens with them',
    description:
      'Of what you see: everything for administrators of the server, otherwise your own tokens and those of your ' +
      'accounts. The numbers are kept for some seconds (setting `STATISTICS_SECONDS`).',
    returns: 'The numbers.',
    answer: StatsView,
    problems: ['too-many-requests'],
  })
  get(@Caller() { user }: LatchkeyCaller): Promise<StatsView> {
    return this.stats.of(user);
  }
}
