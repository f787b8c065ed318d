/** One stream to one client: its queue of lines, its authorization and its end. */
import type { Response } from 'express';
import { nextTurn, type Clock } from '../core/index.js';
import type { StreamMessage } from '../http/index.js';
import { SessionToken } from '../identity/index.js';
import { releaseHead, releaseNext } from '../internals/index.js';
import {
  ForeignSession,
  type SlownessLimits,
  type StreamCaller,
  type StreamForm,
  type WatchAccess,
} from './stream-form.js';

/** Bytes written to a connection at once; the rest of a long line stays in one buffer shared by all subscribers. */
const PIECE_BYTES = 64 * 1024;

/** `no-transform` stops a host's compression middleware; `X-Accel-Buffering` stops proxies from buffering. */
const HEADERS = { 'Cache-Control': 'no-cache, no-transform', 'X-Accel-Buffering': 'no' };

/** Settles the opening of a stream: it began, or failed with an error. */
interface Opening {
  resolve(): void;
  reject(error: Error): void;
}

type EndReason = NonNullable<StreamMessage['reason']>;

export class Subscriber {
  readonly userId: number;
  readonly tokenId: string;
  /** The personal token that the login session was created with. */
  readonly parentId: string | null;
  /** Who knows of the sign-in, if this server does not. */
  readonly foreign: ForeignSession | undefined;
  private expiresAt = Number.POSITIVE_INFINITY;
  private isAuthorized = false;

  private opening: Opening | undefined;
  private endReason: EndReason | undefined;
  private endsAfterThis = false;

  private readonly lines: Buffer[] = [];
  /** Bytes of the first queued line that have been written. */
  private offset = 0;
  private waitingBytes = 0;
  /** How many of the waiting bytes belong to the stream's first line. */
  private firstLineBytes = 0;
  private isCongested = false;
  private writtenAt = 0;
  private takenAt = performance.now();
  private takenBytes = 0;

  constructor(
    private readonly response: Response,
    { user, token }: StreamCaller,
    readonly access: WatchAccess,
    private readonly clock: Clock,
    private readonly limits: SlownessLimits,
    readonly form: StreamForm,
  ) {
    this.userId = user.id;
    this.tokenId = token.id;
    this.parentId = token instanceof SessionToken ? token.parentId : null;
    this.foreign = token instanceof ForeignSession ? token : undefined;
  }

  /** Resolves when the stream has begun or the client has disconnected; rejects with the error to answer instead. */
  opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.opening = { resolve, reject };
    });
  }

  get hasBegun(): boolean {
    return this.opening === undefined;
  }

  /** Holds lines back until access has been checked again. */
  invalidate(): void {
    this.isAuthorized = false;
  }

  /** Allows lines to be sent. */
  authorize(until: Date | null): void {
    this.isAuthorized = true;
    this.expiresAt = until?.getTime() ?? Number.POSITIVE_INFINITY;
    this.pump();
  }

  /** Queues the first line, of any length and in one or more parts. The headers are sent with it. */
  begin(line: readonly Buffer[]): void {
    if (this.endReason) return;
    this.firstLineBytes = line.reduce((bytes, { length }) => bytes + length, 0);
    this.waitingBytes += this.firstLineBytes;
    this.lines.push(...line);
    this.pump();
  }

  send(line: Buffer): void {
    if (this.endReason || this.endsAfterThis) return;
    this.lines.push(line);
    this.waitingBytes += line.length;
    this.pump();
    if (this.waitingBytes - this.firstLineBytes > this.limits.streamWaitingBytes) this.cut();
  }

  /** Ends the stream after the queued lines have been written. */
  finish(): void {
    this.endsAfterThis = true;
    this.pump();
  }

  /** Ends the stream at once; if it has not begun, the reason becomes the answer. */
  end(reason: Error): void {
    if (this.endReason) return;
    const isMidLine = this.offset > 0 || this.firstLineBytes > 0;
    this.close('refused');
    if (this.opening) this.opening.reject(reason);
    else if (isMidLine) this.response.destroy();
    else this.response.end();
  }

  /** Call when the client has disconnected. @returns why the stream has ended */
  onClose(): EndReason {
    this.close('client');
    this.opening?.resolve();
    return this.endReason ?? 'client';
  }

  /** Call regularly: ends an expired or stalled stream, and keeps an idle connection alive. */
  heartbeat(now: number, keepaliveMs: number): void {
    if (this.hasStalled(now)) this.cut();
    if (this.endReason) return;
    if (this.hasExpired()) this.end(this.form.unauthenticated());
    else if (this.isIdle() && now - this.writtenAt >= keepaliveMs) this.write(this.form.keepalive, now);
  }

  private pump(): void {
    if (this.endReason || !this.isAuthorized) return;
    if (this.hasExpired()) {
      this.end(this.form.unauthenticated());
      return;
    }
    const now = performance.now();
    if (this.opening && this.lines.length > 0) this.open(this.opening, now);
    while (!this.isCongested && this.lines.length > 0) this.write(this.nextPiece(), now);
    if (this.endsAfterThis && this.lines.length === 0) {
      this.close('shutdown');
      this.response.end();
    }
  }

  private open(opening: Opening, now: number): void {
    this.opening = undefined;
    opening.resolve();
    // Other code, such as a time-out of the host, has already answered.
    if (this.response.headersSent) {
      this.close('client');
      return;
    }
    this.response.status(200).type(this.form.mediaType).set(HEADERS);
    this.response.socket?.setNoDelay(true);
    this.write(this.nextPiece(), now);
    releaseHead(this.response);
    releaseNext(this.response.req);
  }

  private nextPiece(): Buffer {
    const line = this.lines[0] ?? this.form.keepalive;
    const end = Math.min(this.offset + PIECE_BYTES, line.length);
    const piece = end - this.offset === line.length ? line : line.subarray(this.offset, end);
    this.waitingBytes -= piece.length;
    this.firstLineBytes = Math.max(0, this.firstLineBytes - piece.length);
    this.offset = end < line.length ? end : 0;
    if (this.offset === 0) this.lines.shift();
    return piece;
  }

  private write(bytes: Buffer, now: number): void {
    this.writtenAt = now;
    if (this.response.write(bytes)) return;
    this.isCongested = true;
    this.response.once('drain', () => {
      // Many connections can be ready for the next piece of their first lines at the same time.
      if (this.firstLineBytes > 0) void nextTurn().then(this.resume);
      else this.resume();
    });
  }

  private readonly resume = (): void => {
    this.isCongested = false;
    this.pump();
  };

  private hasExpired(): boolean {
    return this.expiresAt !== Number.POSITIVE_INFINITY && this.clock.now().getTime() >= this.expiresAt;
  }

  private isIdle(): boolean {
    return this.hasBegun && this.lines.length === 0 && this.response.writableLength === 0;
  }

  /** Whether the client has read nothing for too long although data is waiting. */
  private hasStalled(now: number): boolean {
    const { socket, writableLength } = this.response;
    const takenBytes = socket && writableLength > 0 ? socket.bytesWritten - socket.writableLength : 0;
    if (writableLength === 0 || takenBytes !== this.takenBytes) {
      this.takenBytes = takenBytes;
      this.takenAt = now;
    }
    return now - this.takenAt >= this.limits.streamStalledSeconds * 1000;
  }

  /** Breaks the connection, even in the middle of a line: clients then see that the line is incomplete. */
  private cut(): void {
    this.close('slow');
    this.response.destroy();
  }

  private close(reason: EndReason): void {
    this.endReason ??= reason;
    this.lines.length = 0;
    this.waitingBytes = 0;
  }
}
