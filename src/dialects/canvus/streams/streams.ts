/** The `?subscribe` streams of one server (contract §4): opens them, feeds them from the changes, ends them. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Response } from 'express';
import { Clock, EventBus, TokenChange, type Change } from '../../../core/index.js';
import { TokenRevalidator, UserChange, type Principal } from '../../../identity/index.js';
import { CANVUS_OPTIONS } from '../canvus.module-definition.js';
import type { CanvusOptions } from '../canvus.options.js';
import { SubscriberAuthorizer } from './subscriber-authorizer.js';
import type { WatchedResource } from './watched-resource.js';
import { Subscriber } from './subscriber.js';
import { ResourceFeeds } from './resource-feeds.js';

/** Contract §4.5. */
const KEEPALIVE_SECONDS = 15;

/** How often all streams are looked after. */
const SWEEP_MS = 500;

/** Streams that are looked after without giving others a turn. */
const STREAMS_AT_ONCE = 500;

@Injectable()
export class Streams implements OnModuleInit, OnModuleDestroy {
  private readonly subscribers = new Set<Subscriber>();
  private readonly authorizer: SubscriberAuthorizer;
  private readonly feeds: ResourceFeeds;
  /** The blank line goes out in the last sweep before it is due. */
  private readonly keepaliveMs: number;
  private isClosing = false;
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly events: EventBus,
    private readonly clock: Clock,
    revalidator: TokenRevalidator,
    @Inject(CANVUS_OPTIONS) { keepaliveSeconds = KEEPALIVE_SECONDS }: CanvusOptions,
  ) {
    this.authorizer = new SubscriberAuthorizer(revalidator);
    this.feeds = new ResourceFeeds(this.authorizer);
    this.keepaliveMs = keepaliveSeconds * 1000 - SWEEP_MS;
  }

  onModuleInit(): void {
    const timer = setInterval(() => {
      void this.sweep(performance.now());
    }, SWEEP_MS).unref();
    this.stops.push(
      this.events.subscribe((change) => {
        this.onChange(change);
      }),
      this.events.onResync(() => {
        this.authorizer.invalidate();
        this.feeds.invalidate();
      }),
      () => {
        clearInterval(timer);
      },
    );
  }

  onModuleDestroy(): void {
    this.endAll();
    for (const stop of this.stops.splice(0)) stop();
  }

  /**
   * Answers with a stream; settles when it has begun.
   * @throws whatever the plain answer could have been refused with
   */
  async open(response: Response, caller: Principal, resource: WatchedResource): Promise<void> {
    // Behind another answer on the same connection; forgotten if that connection goes.
    if (!response.socket) await new Promise((resolve) => response.once('socket', resolve));
    if (response.closed) return;
    const subscriber = new Subscriber(response, caller, resource.ownerId, this.clock);
    const opened = subscriber.opened();
    response.once('close', () => {
      this.onClose(subscriber, resource);
    });
    this.subscribers.add(subscriber);
    this.authorizer.add(subscriber);
    this.feeds.of(resource).join(subscriber);
    await opened;
    if (this.isClosing) subscriber.finish();
  }

  /** The server stops: every stream ends after what waits for it, and every new one after its first line. */
  endAll(): void {
    this.isClosing = true;
    for (const subscriber of this.subscribers) if (subscriber.hasBegun) subscriber.finish();
  }

  /** Looks after all streams. @param now - by `performance.now()` */
  async sweep(now: number): Promise<void> {
    let count = 0;
    for (const subscriber of this.subscribers) {
      subscriber.heartbeat(now, this.keepaliveMs);
      count += 1;
      if (count % STREAMS_AT_ONCE === 0) await nextTick();
    }
    this.authorizer.checkPending();
    this.feeds.retry();
  }

  private onChange(change: Change): void {
    const userId = change instanceof UserChange || change instanceof TokenChange ? change.userId : null;
    this.authorizer.onChange(change, userId);
    this.feeds.onChange(change, userId);
  }

  private onClose(subscriber: Subscriber, resource: WatchedResource): void {
    subscriber.onClose();
    this.subscribers.delete(subscriber);
    this.authorizer.remove(subscriber);
    this.feeds.of(resource).leave(subscriber);
    this.feeds.dropIfEmpty(resource);
  }
}
