/** The streams of changes (docs/contracts/latchkey.md §7): each client gets those that it may see, and can go on after a break. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Response } from 'express';
import {
  AuditLog,
  Clock,
  DomainError,
  EventBus,
  errorSummary,
  nextTurn,
  type Change,
  type DirectoryUser,
} from '../../../core/index.js';
import { TokenRevalidator } from '../../../identity/index.js';
import type { ApiCaller } from '../session/api-caller.js';
import type { Values } from '../../../settings/index.js';
import { OpenStreams, type StreamParts, type Subscriber } from '../../../streams/index.js';
import { LATCHKEY_API_OPTIONS } from '../latchkey.options.js';
import { Problem } from '../latchkey.problems.js';
import type { LATCHKEY_API_SETTINGS } from '../latchkey.settings.js';
import { ChangeLog, toldOf, type LoggedChange } from './change-log.js';
import { EventViews } from './event-views.js';

/** Changes that are looked at in one go. */
const AT_ONCE = 100;

/** Rows of the audit log that are read again, since several instances may commit them in another order. */
const LOOK_BACK = 200;

const PARTS: StreamParts = {
  dialect: 'latchkey',
  lingerSeconds: 60,
  form: {
    mediaType: 'text/event-stream',
    keepalive: Buffer.from('event: ping\ndata: {}\n\n'),
    unauthenticated: () => new Problem('unauthenticated', 'the credential of the stream is not accepted any more'),
    unusable: () => new Problem('unauthenticated', 'the user is blocked or not approved'),
  },
  settings: {
    streamsPerUser: 'EVENTS_STREAMS_PER_USER',
    streamsPerToken: 'EVENTS_STREAMS_PER_TOKEN',
    streamWaitingBytes: 'EVENTS_WAITING_BYTES',
    streamStalledSeconds: 'EVENTS_STALLED_SECONDS',
  },
};

/** A client, and how far it has been told. */
interface Follower {
  readonly subscriber: Subscriber;
  user: DirectoryUser;
  position: number;
}

/** The streams of `GET /events` that are open. */
@Injectable()
export class LiveEvents extends OpenStreams {
  private readonly logger = new Logger(LiveEvents.name);
  private readonly log = new ChangeLog();
  private readonly followers = new Set<Follower>();
  /** Rises with every change that can take a right from somebody. */
  private rights = 0;
  private hasNewRows = false;
  /** The newest row of the audit log that was told; `undefined` while nobody listens. */
  private toldRow: Promise<number> | undefined;
  private readonly toldRows = new Set<number>();
  private isTelling = false;

  constructor(
    events: EventBus,
    clock: Clock,
    revalidator: TokenRevalidator,
    private readonly audit: AuditLog,
    private readonly views: EventViews,
    @Inject(LATCHKEY_API_OPTIONS) options: Values<typeof LATCHKEY_API_SETTINGS>,
  ) {
    super(PARTS, options, events, clock, revalidator);
  }

  /**
   * Answers with a stream; resolves when it has begun.
   * @param cursor - the `id` of the last event that the client has, if any
   * @throws DomainError `too_many_at_once`
   */
  open(response: Response, caller: ApiCaller, cursor: string | undefined): Promise<void> {
    let follower: Follower | undefined;
    let { user } = caller;
    const access = {
      followsMemberships: true,
      refusal: (now: DirectoryUser) => {
        user = now;
        if (follower) follower.user = now;
        return null;
      },
    };
    return this.openFrom(response, caller, {
      access,
      join: (subscriber) => {
        follower = { subscriber, user, position: 0 };
        void this.begin(follower, cursor);
      },
      leave: () => {
        if (follower) this.followers.delete(follower);
      },
    });
  }

  protected changed(change: Change): void {
    if (change.revokesAccess()) this.rights += 1;
    this.log.add(toldOf(change));
    this.hasNewRows = true;
    this.tell();
  }

  protected missed(): void {
    this.log.restart();
    for (const follower of this.followers) this.reset(follower);
  }

  protected override unheard(): void {
    this.log.restart();
    this.toldRow = undefined;
    this.toldRows.clear();
  }

  protected retry(): void {
    this.tell();
  }

  private async begin(follower: Follower, cursor: string | undefined): Promise<void> {
    try {
      this.toldRow ??= this.audit.newestId();
      await this.toldRow;
    } catch (error) {
      this.toldRow = undefined;
      follower.subscriber.end(error instanceof Error ? error : new DomainError('unavailable', 'try again'));
      return;
    }
    const known = cursor === undefined ? this.log.newest : this.log.numberOf(cursor);
    follower.position = known ?? this.log.newest;
    const event = known === undefined ? 'reset' : 'ping';
    follower.subscriber.begin([lineOf(event, {}, this.log.cursorOf(follower.position))]);
    this.followers.add(follower);
    this.tell();
  }

  private reset(follower: Follower): void {
    follower.position = this.log.newest;
    follower.subscriber.send(lineOf('reset', {}, this.log.cursorOf(follower.position)));
  }

  /** Starts to tell what is new, unless that is going on. */
  private tell(): void {
    if (this.isTelling) return;
    this.isTelling = true;
    void this.tellAll();
  }

  private async tellAll(): Promise<void> {
    try {
      // Changes of the same moment are told together.
      await nextTick();
      while (await this.tellSome());
    } catch (error) {
      if (!(error instanceof DomainError)) this.logger.error(errorSummary(error));
    } finally {
      this.isTelling = false;
    }
  }

  /** @returns whether there may be more */
  private async tellSome(): Promise<boolean> {
    if (this.hasNewRows && this.toldRow) await this.addRows();
    const behind = [...this.followers].filter(({ position }) => position < this.log.newest);
    if (behind.length === 0) return this.hasNewRows && this.toldRow !== undefined;
    for (const follower of behind) {
      const changes = this.log.after(follower.position, AT_ONCE);
      if (changes) await this.tellOne(follower, changes);
      else this.reset(follower);
    }
    return true;
  }

  private async tellOne(follower: Follower, changes: readonly LoggedChange[]): Promise<void> {
    await this.authorizer.authorized([follower.subscriber]);
    for (const change of changes) {
      const line = await this.lineFor(follower, change);
      // A restart of the log has told the client to begin anew.
      if (change.number !== follower.position + 1) return;
      follower.position = change.number;
      if (line) follower.subscriber.send(line);
    }
    await nextTurn();
  }

  private async lineFor(follower: Follower, change: LoggedChange): Promise<Buffer | undefined> {
    for (;;) {
      const { rights } = this;
      const view = await this.views.view(change, await this.views.readerOf(follower.user));
      // Rights that were lost in the meantime count.
      if (rights === this.rights) return view && lineOf(change.event, view, this.log.cursorOf(change.number));
      await this.authorizer.authorized([follower.subscriber]);
    }
  }

  /** Adds the new rows of the audit log. */
  private async addRows(): Promise<void> {
    this.hasNewRows = false;
    const told = (await this.toldRow) ?? 0;
    const rows = await this.audit.since(Math.max(0, told - LOOK_BACK), LOOK_BACK + AT_ONCE);
    const isFirst = this.toldRows.size === 0;
    const news = rows.filter(({ id }) => (isFirst ? id > told : !this.toldRows.has(id) && id > told - LOOK_BACK));
    for (const { id } of rows) this.toldRows.add(id);
    for (const id of this.toldRows) if (id < told - 2 * LOOK_BACK) this.toldRows.delete(id);
    this.toldRow = Promise.resolve(Math.max(told, ...rows.map(({ id }) => id)));
    if (rows.length === LOOK_BACK + AT_ONCE) this.hasNewRows = true;
    this.log.add(
      news.map((row) => ({
        event: 'audit',
        subject: { of: 'audit', row },
        isGone: false,
        accountId: row.accountId,
        userId: row.userId,
      })),
    );
  }
}

/** An event of a stream, by the HTML standard. */
function lineOf(event: string, data: object, id: string): Buffer {
  return Buffer.from(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
