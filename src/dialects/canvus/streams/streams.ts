/** The `?subscribe` streams of one server (docs/contracts/canvus.md §4). */
import { Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { Clock, EventBus, type Change } from '../../../core/index.js';
import { TokenRevalidator, type Principal } from '../../../identity/index.js';
import type { Values } from '../../../settings/index.js';
import { OpenStreams, type StreamParts } from '../../../streams/index.js';
import { CanvusError, Unauthorized } from '../canvus.errors.js';
import { USER_UNUSABLE } from '../canvus.messages.js';
import { CANVUS_OPTIONS } from '../canvus.options.js';
import type { CANVUS_SETTINGS } from '../canvus.settings.js';
import { ResourceFeeds } from './resource-feeds.js';
import type { WatchedResource } from './watched-resource.js';

/** Lines of JSON, and a blank line to keep the connection alive. */
export const CANVUS_STREAMS: StreamParts = {
  dialect: 'canvus',
  form: {
    mediaType: 'application/json',
    keepalive: Buffer.from('\n'),
    unauthenticated: () => new Unauthorized(),
    unusable: () => new CanvusError(403, USER_UNUSABLE),
  },
  settings: {
    streamsPerUser: 'CANVUS_STREAMS_PER_USER',
    streamsPerToken: 'CANVUS_STREAMS_PER_TOKEN',
    streamWaitingBytes: 'CANVUS_STREAM_WAITING_BYTES',
    streamStalledSeconds: 'CANVUS_STREAM_STALLED_SECONDS',
  },
};

/** The streams of changes that clients of Canvus have open. */
@Injectable()
export class Streams extends OpenStreams {
  private readonly feeds: ResourceFeeds;

  constructor(
    events: EventBus,
    clock: Clock,
    revalidator: TokenRevalidator,
    @Inject(CANVUS_OPTIONS) options: Values<typeof CANVUS_SETTINGS>,
  ) {
    super(CANVUS_STREAMS, options, events, clock, revalidator);
    this.feeds = new ResourceFeeds(this.authorizer);
  }

  /**
   * Answers with a stream; resolves when it has begun.
   * @throws DomainError `too_many_at_once`; the same errors as the plain answer
   */
  open(response: Response, caller: Principal, resource: WatchedResource): Promise<void> {
    return this.openFrom(response, caller, {
      access: resource.access,
      join: (subscriber) => {
        this.feeds.of(resource).join(subscriber);
      },
      leave: (subscriber) => {
        this.feeds.of(resource).leave(subscriber);
        this.feeds.dropIfEmpty(resource);
      },
    });
  }

  protected changed(change: Change, userId: number | null): void {
    this.feeds.onChange(change, userId);
  }

  protected missed(): void {
    this.feeds.invalidate();
  }

  protected retry(): void {
    this.feeds.retry();
  }
}
