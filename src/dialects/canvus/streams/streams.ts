/** The `?subscribe` streams of one server (docs/contracts/canvus.md §4): opens, feeds and ends them. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Response } from 'express';
import { Clock, EventBus, SampledWarnings, TokenChange, type Change } from '../../../core/index.js';
import { routeOf, streamChannel, type StreamMessage } from '../../../http/index.js';
import { TokenRevalidator, UserChange, type Principal } from '../../../identity/index.js';
import type { Values } from '../../../settings/index.js';
import { CANVUS_OPTIONS } from '../canvus.options.js';
import type { CANVUS_SETTINGS } from '../canvus.settings.js';
import { SubscriberAuthorizer } from './subscriber-authorizer.js';
import { StreamLimits, TooManyStreams } from './stream-limits.js';
import type { WatchedResource } from './watched-resource.js';
import { Subscriber } from './subscriber.js';
import { ResourceFeeds } from './resource-feeds.js';

/** Interval between sweeps over all streams. */
const SWEEP_MS = 500;

/** Streams swept before yielding to the event loop. */
const STREAMS_AT_ONCE = 500;

const TOO_SLOW =
  'a stream was cut off, because its client did not read what waited for it: it can subscribe again; ' +
  'otherwise raise CANVUS_STREAM_WAITING_BYTES or CANVUS_STREAM_STALLED_SECONDS';

@Injectable()
export class Streams implements OnModuleInit, OnModuleDestroy {
  private readonly subscribers = new Set<Subscriber>();
  private readonly authorizer: SubscriberAuthorizer;
  private readonly feeds: ResourceFeeds;
  private readonly limits: StreamLimits;
  /** The blank line is sent in the last sweep before it is due. */
  private readonly keepaliveMs: number;
  private readonly warnings = new SampledWarnings(new Logger(Streams.name));
  private isClosing = false;
  private readonly stops: (() => void)[] = [];
  private stopSweeping: () => void = () => undefined;

  constructor(
    private readonly events: EventBus,
    private readonly clock: Clock,
    revalidator: TokenRevalidator,
    @Inject(CANVUS_OPTIONS) private readonly options: Values<typeof CANVUS_SETTINGS>,
  ) {
    this.limits = new StreamLimits(options);
    this.authorizer = new SubscriberAuthorizer(revalidator);
    this.feeds = new ResourceFeeds(this.authorizer);
    this.keepaliveMs = options.keepaliveSeconds * 1000 - SWEEP_MS;
  }

  onModuleInit(): void {
    const timer = setInterval(() => {
      void this.sweep(performance.now());
    }, SWEEP_MS).unref();
    this.stopSweeping = () => {
      clearInterval(timer);
    };
  }

  onModuleDestroy(): void {
    this.endAll();
    this.stopSweeping();
    this.stopListening();
  }

  /** Only while there are streams, so that changes cost nothing otherwise. */
  private listen(): void {
    this.stops.push(
      this.events.subscribe((change) => {
        this.onChange(change);
      }),
      this.events.onResync(() => {
        this.authorizer.invalidate();
        this.feeds.invalidate();
      }),
    );
  }

  private stopListening(): void {
    for (const stop of this.stops.splice(0)) stop();
  }

  /**
   * Answers with a stream; resolves when it has begun.
   * @throws DomainError `too_many_at_once`; the same errors as the plain answer
   */
  async open(response: Response, caller: Principal, resource: WatchedResource): Promise<void> {
    // Without a socket, the response waits behind another one of the connection; if that closes, this never resumes.
    if (!response.socket) await new Promise((resolve) => response.once('socket', resolve));
    if (response.closed) return;
    const leave = this.enter(response, caller);
    const subscriber = new Subscriber(response, caller, resource.access, this.clock, this.options);
    const opened = subscriber.opened();
    response.once('close', () => {
      leave();
      const reason = this.onClose(subscriber, resource);
      if (reason === 'slow') this.warnings.warn(TOO_SLOW);
      if (subscriber.hasBegun) this.publish('ended', response, reason);
    });
    if (this.subscribers.size === 0) this.listen();
    this.subscribers.add(subscriber);
    this.authorizer.add(subscriber);
    this.feeds.of(resource).join(subscriber);
    await opened;
    if (subscriber.hasBegun) this.publish('opened', response);
    if (this.isClosing) subscriber.finish();
  }

  /** For shutdown: open streams end after their queued lines, new ones after their first line. */
  endAll(): void {
    this.isClosing = true;
    for (const subscriber of this.subscribers) if (subscriber.hasBegun) subscriber.finish();
  }

  /** Ends, checks and keeps alive all streams. @param now - from `performance.now()` */
  async sweep(now: number): Promise<void> {
    if (this.subscribers.size === 0) return;
    let count = 0;
    for (const subscriber of this.subscribers) {
      subscriber.heartbeat(now, this.keepaliveMs);
      count += 1;
      if (count % STREAMS_AT_ONCE === 0) await nextTick();
    }
    this.authorizer.checkPending();
    this.feeds.retry();
  }

  /** Counts the stream, or tells that it is refused. */
  private enter(response: Response, { user, token }: Principal): () => void {
    try {
      return this.limits.enter(user.id, token.id);
    } catch (error) {
      if (error instanceof TooManyStreams) this.publish('refused', response, error.limit);
      throw error;
    }
  }

  private onChange(change: Change): void {
    const userId = change instanceof UserChange || change instanceof TokenChange ? change.userId : null;
    this.authorizer.onChange(change, userId);
    this.feeds.onChange(change, userId);
  }

  private onClose(subscriber: Subscriber, resource: WatchedResource): NonNullable<StreamMessage['reason']> {
    const reason = subscriber.onClose();
    this.subscribers.delete(subscriber);
    this.authorizer.remove(subscriber);
    this.feeds.of(resource).leave(subscriber);
    this.feeds.dropIfEmpty(resource);
    if (this.subscribers.size === 0) this.stopListening();
    return reason;
  }

  private publish(event: StreamMessage['event'], { req }: Response, reason: StreamMessage['reason'] = null): void {
    if (!streamChannel.hasSubscribers) return;
    streamChannel.publish({ event, dialect: 'canvus', route: routeOf(req), reason, open: this.subscribers.size });
  }
}
