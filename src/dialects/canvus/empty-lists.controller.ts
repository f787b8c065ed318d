/** Serves lists that clients read on first contact, and of which this server has nothing (docs/contracts/canvus.md §8). */
import { Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { EmptyView } from '../../http/index.js';
import type { Principal } from '../../identity/index.js';
import { CanvusController } from './canvus.controller.js';
import { Documented } from './canvus.docs.js';
import { Caller, Permits } from './canvus.guard.js';
import { Streams } from './streams/streams.js';
import { Subscribable, asksForStream } from './streams/subscribe-parameter.js';
import { WatchedServer } from './streams/watched-server.js';

/** Documents one of the lists. */
function EmptyList(what: string): MethodDecorator {
  return Documented({
    operationId: `list${what}`,
    summary: `List ${what.toLowerCase()}`,
    description:
      `Administrators only. This server has no ${what.toLowerCase()}: the list is always empty, so that clients that read ` +
      'it on first contact go on.',
    returns: 'An empty array.',
    answer: EmptyView,
    isArray: true,
    example: [],
    isLimited: true,
    errors: [403],
  });
}

@CanvusController('', 'Canvases')
export class EmptyListsController {
  constructor(
    private readonly streams: Streams,
    private readonly resources: WatchedServer,
  ) {}

  @Permits('administrator')
  @Get('canvases')
  @Subscribable()
  @EmptyList('Canvases')
  canvases(@Caller() caller: Principal, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.answer('canvases', caller, request, response);
  }

  @Permits('administrator')
  @Get('clients')
  @Subscribable()
  @EmptyList('Clients')
  clients(@Caller() caller: Principal, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.answer('clients', caller, request, response);
  }

  @Permits('administrator')
  @Get('workspaces')
  @Subscribable()
  @EmptyList('Workspaces')
  workspaces(@Caller() caller: Principal, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.answer('workspaces', caller, request, response);
  }

  private async answer(name: string, caller: Principal, request: Request, response: Response): Promise<void> {
    if (asksForStream(request)) await this.streams.open(response, caller, this.resources.emptyList(name));
    else response.json([]);
  }
}
