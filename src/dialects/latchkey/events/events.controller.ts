/** Serves `events`, the stream of changes (docs/contracts/latchkey.md §7). */
import { Get, Headers, Res } from '@nestjs/common';
import type { Response } from 'express';
import { ApiHeader } from '../../../internals/index.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented } from '../latchkey.docs.js';
import { Caller, Permits, type LatchkeyCaller } from '../latchkey.guard.js';
import { LiveEvents } from './live-events.js';

const EXAMPLE_ID = '5d0c7f0a-3f5e-4a53-8a0b-6b1f8b1d2c3e.17';

@LatchkeyController('events', 'Live')
export class EventsController {
  constructor(private readonly events: LiveEvents) {}

  @Permits('signed-in')
  @Get()
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    schema: { type: 'string', example: EXAMPLE_ID },
    description: 'The `id` of the last event that you have: you get what came after it, or `reset`.',
  })
  @Documented({
    operationId: 'followEvents',
    summary: 'Follow changes as they happen',
    description:
      'Server-sent events: `token.created`, `token.changed`, `token.revoked`, and the same for `user` and `account` ' +
      '(`created`, `changed`, `deleted`) with the resource as you see it, or only its `id` when it is gone; `audit` with a ' +
      'row of the audit log; `ping`, which means nothing. After `reset`, read everything again: changes were missed. Every ' +
      'event is told to who may see it at that time. The stream ends when the token or the login is not accepted any more.',
    returns: 'The events, as long as you listen.',
    answer: 'text/event-stream',
    example: `id: ${EXAMPLE_ID}\nevent: token.revoked\ndata: {"id":"0199a2b3-c4d5-4e6f-8a7b-9c0d1e2f3a4b"}\n\n`,
    problems: ['too-many-requests'],
  })
  async follow(
    @Caller() caller: LatchkeyCaller,
    @Headers('last-event-id') cursor: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    await this.events.open(response, caller, cursor);
  }
}
