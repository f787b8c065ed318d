/** One stream to one client: what waits to be written to him, whether he may have it, and when it is over. */
import type { Response } from 'express';
import type { Clock } from '../../../core/index.js';
import { SessionToken, type Principal } from '../../../identity/index.js';
import { releaseHead, releaseNext } from '../../../internals/index.js';
import { Unauthorized } from '../canvus.errors.js';

/** Bytes of lines that wait for a client beyond his first line, at the most; then he is cut off. */
export const MAX_WAITING_BYTES = 256 * 1024;

/** How long a client may take nothing of what waits for him. */
export const STALLED_MS = 60_000;

/** Bytes that are handed to a connection at once: the rest of a long line is shared with all who wait for it. */
const PIECE_BYTES = 64 * 1024;

const BLANK_LINE = Buffer.from('\n');

/** `no-transform` keeps compressing middleware of a host away, the last one proxies from waiting for more. */
const HEADERS = { 'Cache-Control': 'no-cache, no-transform', 'X-Accel-Buffering': 'no' };

/** How the answer to `?subscribe` came to be: with a stream, or with an error instead. */
interface Opening {
  resolve(): void;
  reject(error: Error): void;
}

export class Subscriber {
  readonly userId: number;
  readonly tokenId: string;
  /** The personal token from which his login comes. */
  readonly parentId: string | null;
  private expiresAt = Number.POSITIVE_INFINITY;
  private isAuthorized = false;

  private opening: Opening | undefined;
  private isOver = false;
  private endsAfterThis = false;

  private readonly lines: Buffer[] = [];
  /** Bytes of the foremost line that were handed over. */
  private offset = 0;
  private waitingBytes = 0;
  /** How many of those belong to the first line. */
  private firstLineBytes = 0;
  private isCongested = false;
  private writtenAt = 0;
  private takenAt = performance.now();
  private takenBytes = 0;

  /** @param ownerId - whose tokens are watched; `null` when everybody who is signed in may watch */
  constructor(
    private readonly response: Response,
    { user, token }: Principal,
    readonly ownerId: number | null,
    private readonly clock: Clock,
  ) {
    this.userId = user.id;
    this.tokenId = token.id;
    this.parentId = token instanceof SessionToken ? token.parentId : null;
  }

  /** Settles when the stream has begun, or the client has gone; rejects with the answer that he gets instead of it. */
  opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.opening = { resolve, reject };
    });
  }

  get hasBegun(): boolean {
    return this.opening === undefined;
  }

  /** Keeps lines back until it is known whether he may have them. */
  invalidate(): void {
    this.isAuthorized = false;
  }

  /** Lets lines go to him. */
  authorize(until: Date | null): void {
    this.isAuthorized = true;
    this.expiresAt = until?.getTime() ?? Number.POSITIVE_INFINITY;
    this.pump();
  }

  /** The first line, however long; it takes the headers with it. */
  begin(line: Buffer): void {
    this.firstLineBytes = line.length;
    this.send(line);
  }

  send(line: Buffer): void {
    if (this.isOver || this.endsAfterThis) return;
    this.lines.push(line);
    this.waitingBytes += line.length;
    this.pump();
    if (this.waitingBytes - this.firstLineBytes > MAX_WAITING_BYTES) this.cut();
  }

  /** Ends the stream when all that waits has been written. */
  finish(): void {
    this.endsAfterThis = true;
    this.pump();
  }

  /** Ends it at once; a stream that has not begun is answered with the reason. */
  end(reason: Error): void {
    if (this.isOver) return;
    const isMidLine = this.offset > 0;
    this.close();
    if (this.opening) this.opening.reject(reason);
    else if (isMidLine) this.response.destroy();
    else this.response.end();
  }

  /** Nobody is there any more. */
  onClose(): void {
    this.close();
    this.opening?.resolve();
  }

  /** To be called regularly: ends what has expired or hangs, and keeps an idle connection alive. */
  heartbeat(now: number, keepaliveMs: number): void {
    if (this.hasStalled(now)) this.cut();
    if (this.isOver) return;
    if (this.hasExpired()) this.end(new Unauthorized());
    else if (this.isIdle() && now - this.writtenAt >= keepaliveMs) this.write(BLANK_LINE, now);
  }

  private pump(): void {
    if (this.isOver || !this.isAuthorized) return;
    if (this.hasExpired()) {
      this.end(new Unauthorized());
      return;
    }
    const now = performance.now();
    if (this.opening && this.lines.length > 0) this.open(this.opening, now);
    while (!this.isCongested && this.lines.length > 0) this.write(this.nextPiece(), now);
    if (this.endsAfterThis && this.lines.length === 0) {
      this.close();
      this.response.end();
    }
  }

  private open(opening: Opening, now: number): void {
    this.opening = undefined;
    opening.resolve();
    // Somebody around us, for example with a time limit, was faster.
    if (this.response.headersSent) {
      this.close();
      return;
    }
    this.response.status(200).type('application/json').set(HEADERS);
    this.response.socket?.setNoDelay(true);
    this.write(this.nextPiece(), now);
    releaseHead(this.response);
    releaseNext(this.response.req);
  }

  private nextPiece(): Buffer {
    const line = this.lines[0] ?? BLANK_LINE;
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
      this.isCongested = false;
      this.pump();
    });
  }

  private hasExpired(): boolean {
    return this.expiresAt !== Number.POSITIVE_INFINITY && this.clock.now().getTime() >= this.expiresAt;
  }

  private isIdle(): boolean {
    return this.hasBegun && this.lines.length === 0 && this.response.writableLength === 0;
  }

  /** Whether something has waited in the connection for too long without a byte being taken. */
  private hasStalled(now: number): boolean {
    const { socket, writableLength } = this.response;
    const takenBytes = socket && writableLength > 0 ? socket.bytesWritten - socket.writableLength : 0;
    if (writableLength === 0 || takenBytes !== this.takenBytes) {
      this.takenBytes = takenBytes;
      this.takenAt = now;
    }
    return now - this.takenAt >= STALLED_MS;
  }

  /** Without regard for what was begun: nobody takes half for whole when the connection breaks. */
  private cut(): void {
    this.close();
    this.response.destroy();
  }

  private close(): void {
    this.isOver = true;
    this.lines.length = 0;
    this.waitingBytes = 0;
  }
}
