/** The streams of one dialect on this server: opens them, checks and keeps them alive, and ends them. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Response } from 'express';
import { SampledWarnings, TokenChange, type Change, type Clock, type EventBus } from '../core/index.js';
import { routeOf, streamChannel, type StreamMessage } from '../http/index.js';
import { UserChange, type TokenRevalidator } from '../identity/index.js';
import type { SlownessLimits, StreamCaller, StreamForm, StreamLimitValues, WatchAccess } from './stream-form.js';
import { StreamLimits, TooManyStreams } from './stream-limits.js';
import { SubscriberAuthorizer } from './subscriber-authorizer.js';
import { Subscriber } from './subscriber.js';

/** Interval between sweeps over all streams. */
const SWEEP_MS = 500;

/** Streams swept before yielding to the event loop. */
const STREAMS_AT_ONCE = 500;

/** What a stream is about. */
export interface StreamSource {
  readonly access: WatchAccess;
  /** The subscriber waits for its first line. */
  join(subscriber: Subscriber): void;
  leave(subscriber: Subscriber): void;
}

export interface StreamOptions extends SlownessLimits, StreamLimitValues {
  readonly keepaliveSeconds: number;
}

/** What does not change while the server runs. */
export interface StreamParts {
  readonly dialect: string;
  readonly form: StreamForm;
  /** For so long changes are listened to when the last stream has ended, so that its client can resume. Default: 0 */
  readonly lingerSeconds?: number;
  /** The names of the settings, for errors and warnings. */
  readonly settings: Readonly<Record<keyof SlownessLimits | keyof StreamLimitValues, string>>;
}

/** The part of each dialect's streams that does not depend on what they are about. */
export abstract class OpenStreams implements OnModuleInit, OnModuleDestroy {
  protected readonly authorizer: SubscriberAuthorizer;
  private readonly subscribers = new Set<Subscriber>();
  private readonly limits: StreamLimits;
  private readonly warnings = new SampledWarnings(new Logger(OpenStreams.name));
  private isClosing = false;
  private readonly stops: (() => void)[] = [];
  private stopSweeping: () => void = () => undefined;
  private lingering: NodeJS.Timeout | undefined;

  constructor(
    private readonly parts: StreamParts,
    private readonly options: StreamOptions,
    private readonly events: EventBus,
    private readonly clock: Clock,
    revalidator: TokenRevalidator,
  ) {
    this.limits = new StreamLimits(options, parts.settings);
    this.authorizer = new SubscriberAuthorizer(revalidator);
  }

  /** A change was committed. @param userId - the user that it belongs to, or `null` */
  protected abstract changed(change: Change, userId: number | null): void;

  /** Changes may have been missed. */
  protected abstract missed(): void;

  /** Nobody has listened for a while: changes are not heard of from now on. */
  protected unheard(): void {
    // Nothing is kept, unless a dialect keeps something.
  }

  /** Called regularly: repeats what has failed. */
  protected abstract retry(): void;

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

  /**
   * Answers with a stream; resolves when it has begun.
   * @throws DomainError `too_many_at_once`; the errors of the access
   */
  protected async openFrom(response: Response, caller: StreamCaller, source: StreamSource): Promise<void> {
    // Without a socket, the response waits behind another one of the connection; if that closes, this never resumes.
    if (!response.socket) await new Promise((resolve) => response.once('socket', resolve));
    if (response.closed) return;
    const leave = this.enter(response, caller);
    const subscriber = new Subscriber(response, caller, source.access, this.clock, this.options, this.parts.form);
    const opened = subscriber.opened();
    response.once('close', () => {
      leave();
      const reason = this.onClose(subscriber, source);
      if (reason === 'slow') this.warnings.warn(tooSlow(this.parts));
      if (subscriber.hasBegun) this.publish('ended', response, reason);
    });
    this.listen();
    this.subscribers.add(subscriber);
    this.authorizer.add(subscriber);
    source.join(subscriber);
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
    // What keeps a connection alive is sent in the last sweep before it is due.
    const keepaliveMs = this.options.keepaliveSeconds * 1000 - SWEEP_MS;
    let count = 0;
    for (const subscriber of this.subscribers) {
      subscriber.heartbeat(now, keepaliveMs);
      count += 1;
      if (count % STREAMS_AT_ONCE === 0) await nextTick();
    }
    this.authorizer.recheckForeign(now);
    this.authorizer.checkPending();
    this.retry();
  }

  /** Only while there are streams, so that changes cost nothing otherwise. */
  private listen(): void {
    clearTimeout(this.lingering);
    if (this.stops.length > 0) return;
    this.stops.push(
      this.events.subscribe((change) => {
        const userId = change instanceof UserChange || change instanceof TokenChange ? change.userId : null;
        this.authorizer.onChange(change, userId);
        this.changed(change, userId);
      }),
      this.events.onResync(() => {
        this.authorizer.invalidate();
        this.missed();
      }),
    );
  }

  private stopListening(): void {
    clearTimeout(this.lingering);
    this.unheard();
    for (const stop of this.stops.splice(0)) stop();
  }

  private stopSoon(): void {
    const { lingerSeconds = 0 } = this.parts;
    if (lingerSeconds === 0) {
      this.stopListening();
      return;
    }
    this.lingering = setTimeout(() => {
      if (this.subscribers.size === 0) this.stopListening();
    }, lingerSeconds * 1000).unref();
  }

  /** Counts the stream, or tells that it is refused. */
  private enter(response: Response, { user, token }: StreamCaller): () => void {
    try {
      return this.limits.enter(user.id, token.id);
    } catch (error) {
      if (error instanceof TooManyStreams) this.publish('refused', response, error.limit);
      throw error;
    }
  }

  private onClose(subscriber: Subscriber, source: StreamSource): NonNullable<StreamMessage['reason']> {
    const reason = subscriber.onClose();
    this.subscribers.delete(subscriber);
    this.authorizer.remove(subscriber);
    source.leave(subscriber);
    if (this.subscribers.size === 0) this.stopSoon();
    return reason;
  }

  private publish(event: StreamMessage['event'], { req }: Response, reason: StreamMessage['reason'] = null): void {
    if (!streamChannel.hasSubscribers) return;
    const { dialect } = this.parts;
    streamChannel.publish({ event, dialect, route: routeOf(req), reason, open: this.subscribers.size });
  }
}

function tooSlow({ settings: { streamWaitingBytes, streamStalledSeconds } }: StreamParts): string {
  return (
    'a stream was cut off, because its client did not read what waited for it: it can subscribe again; ' +
    `otherwise raise ${streamWaitingBytes} or ${streamStalledSeconds}`
  );
}
