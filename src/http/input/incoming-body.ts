/** The body of a request: received when somebody asks for it, within limits of size, time and memory. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { closeAfterResponse, linger } from '../../internals/index.js';
import { continueRequest, isWaiting } from '../connections/expect-continue.js';
import { decompressed } from './body-encoding.js';
import type { BodyMemory, HeldBody } from './body-memory.js';
import { CapacityReports } from '../connections/capacity-reports.js';
import { BodyError, bodyTooLarge, bodyTooSlow } from './input-errors.js';

/** The limits of request bodies. */
export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly memory: BodyMemory;
}

const BODY = Symbol('latchkey.body');

const REQUEST_TOO_SLOW =
  'the request took too long to arrive (setting REQUEST_TIMEOUT_SECONDS): send it without pauses';

const tooLong = new CapacityReports('Requests', 'body_bytes');
const tooSlow = new CapacityReports('Requests', 'slow_bodies');

/**
 * The body of a request; of a connection, the one that was announced last. A property, not an entry of a `WeakMap`:
 * entries that live shortly make each garbage collection slower.
 */
interface WithBody {
  [BODY]?: IncomingBody;
}

/**
 * To be called when a request arrives. Until somebody calls {@link IncomingBody.receive}, its body stays unread. After an
 * answer that is sent before the whole body has arrived, the rest is discarded; the connection closes if the rest takes
 * too long, or if its length was not announced.
 */
export function announceBody(request: IncomingMessage, response: ServerResponse, limits: BodyLimits): void {
  const { 'transfer-encoding': encoding, 'content-length': length = '0' } = request.headers;
  if ((encoding === undefined && Number(length) === 0) || bodyOf(request)) return;
  const body = new IncomingBody(request, response, encoding === undefined ? Number(length) : undefined, limits);
  (request as WithBody)[BODY] = body;
  (request.socket as WithBody)[BODY] = body;
}

/** The announced body of a request; `undefined` if it has none. */
export function bodyOf(request: IncomingMessage): IncomingBody | undefined {
  return (request as WithBody)[BODY];
}

/**
 * Tells the request in progress on a connection that the rest of its body will not arrive.
 * @returns whether the request will be answered; otherwise nobody has received it
 */
export function failBodyOn(socket: Socket, reason: 'unreadable' | 'too_slow'): boolean {
  return (socket as WithBody)[BODY]?.breakOff(reason) ?? false;
}

/** It stays on the request, and is the same for all, since one of each body would keep the body for longer. */
function closeFollows(): void {
  // An error without a listener ends the process. What there is to do is done when the request is closed.
}

/** The headers by which parsers recognise that a request has a body (RFC 9112 §6.3). */
const FRAMING = ['content-length', 'transfer-encoding'] as const;

/** A body that was announced. */
export class IncomingBody implements HeldBody {
  private hidden: readonly (string | undefined)[] | undefined;
  /** A body that came as one piece. */
  private whole: Buffer | undefined;
  private isHeld = false;
  private size = 0;
  private received: Buffer | undefined;
  private error: BodyError | undefined;
  private receiving: Promise<void> | undefined;
  private settle: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private keepConnection: (() => void) | undefined;

  /** @param length - in bytes; `undefined` if the client did not announce it */
  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly length: number | undefined,
    private readonly limits: BodyLimits,
  ) {
    const isTooLong = length !== undefined && length > limits.maxBytes;
    if (isTooLong) this.error = bodyTooLarge(limits.maxBytes);
    // A client that waits, and is answered otherwise, may take the connection to be free for another request.
    const waits = request.headers.expect !== undefined && isWaiting(request);
    if (length === undefined || isTooLong || waits) this.keepConnection = closeAfterResponse(response);
    else closeIfUnfinished(request, response, limits.timeoutMs);
  }

  get address(): string | null {
    return this.request.socket.remoteAddress ?? null;
  }

  /** Makes the request look as if it had no body, so that no parser of a host reads it. */
  hide(): void {
    const { headers } = this.request;
    this.hidden ??= FRAMING.map((name) => headers[name]);
    // Removing a header would make every later look-up in the table slow.
    for (const name of FRAMING) if (headers[name] !== undefined) headers[name] = undefined;
  }

  /** Undoes {@link hide}. */
  show(): void {
    const { headers } = this.request;
    FRAMING.forEach((name, index) => {
      const value = this.hidden?.[index];
      if (value !== undefined) headers[name] = value;
    });
  }

  /** Settles when the body has arrived or cannot be used; {@link content} says which. */
  receive(): Promise<void> {
    if (this.error && !this.receiving) this.report(this.error);
    this.receiving ??= this.error
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.read(resolve);
        });
    return this.receiving;
  }

  /** @throws BodyError */
  content(): Buffer {
    if (this.error) throw this.error;
    if (!this.received) throw new Error('the body of this request has not been received');
    return this.received;
  }

  /** The rest of the body will not arrive; see {@link failBodyOn}. */
  breakOff(reason: 'unreadable' | 'too_slow'): boolean {
    if (this.request.complete || this.response.headersSent) return false;
    this.fail(
      reason === 'too_slow'
        ? new BodyError(reason, REQUEST_TOO_SLOW)
        : new BodyError(reason, 'the request body is not valid HTTP'),
    );
    return true;
  }

  evict(): void {
    this.fail(
      new BodyError(
        'memory_full',
        'too many request bodies are arriving (setting BODY_MEMORY_BYTES); try again in a second',
      ),
    );
  }

  private read(done: () => void): void {
    const { request, limits } = this;
    if (request.readableEnded)
      throw new Error('a middleware has read the body of this request: let it leave paths of Latchkey alone');
    if (request.complete && request.readableLength === this.length) {
      this.whole = request.read() as Buffer;
      this.settle = done;
      this.complete();
      return;
    }
    this.settle = done;
    this.timer = setTimeout(() => {
      this.fail(bodyTooSlow(limits.timeoutMs));
    }, limits.timeoutMs).unref();
    if (request.headers.expect !== undefined) continueRequest(request);
    request.on('data', this.take).once('end', this.complete).on('error', closeFollows).once('close', this.lose);
  }

  private readonly take = (piece: Buffer): void => {
    this.size += piece.length;
    if (this.size > this.limits.maxBytes) this.fail(bodyTooLarge(this.limits.maxBytes));
    else if (piece.length === this.length) this.whole = piece;
    else this.hold(piece);
  };

  private readonly complete = (): void => {
    const { request, limits, settle } = this;
    const bytes = this.whole ?? limits.memory.remove(this);
    this.stop();
    this.keepConnection?.();
    const { 'content-encoding': encoding } = request.headers;
    if (encoding === undefined) {
      this.received = bytes;
      settle?.();
      return;
    }
    void decompressed(bytes, encoding, limits.maxBytes).then((result) => {
      if (result instanceof BodyError) this.report((this.error = result));
      else this.received = result;
      settle?.();
    });
  };

  private hold(piece: Buffer): void {
    this.isHeld = true;
    this.limits.memory.add(this, piece);
  }

  private readonly lose = (): void => {
    this.fail(new BodyError('unreadable', 'the connection was closed before the request body had arrived'));
  };

  private fail(error: BodyError): void {
    if (this.error || this.received) return;
    this.error = error;
    this.report(error);
    const { settle } = this;
    this.stop();
    if (!this.response.headersSent) this.keepConnection ??= closeAfterResponse(this.response);
    // What still arrives is discarded.
    this.request.resume();
    settle?.();
  }

  /** Forgets what has arrived and stops listening. */
  private stop(): void {
    clearTimeout(this.timer);
    const { request } = this;
    request.off('data', this.take).off('end', this.complete).off('close', this.lose);
    this.settle = undefined;
    if (this.isHeld) this.limits.memory.discard(this);
  }

  /** Those that are refused for lack of memory are reported where the memory is. */
  private report({ reason }: BodyError): void {
    const { limits, address } = this;
    if (reason === 'too_large') tooLong.add(limits.maxBytes, address);
    else if (reason === 'too_slow') tooSlow.add(limits.timeoutMs, address);
  }
}

/**
 * Closes the connection if the request has not arrived in full some time after its response. What arrives until then is
 * discarded, and the connection is used on: the header of the response does not announce that it closes, and many
 * clients send the body in a packet of its own, which an early response overtakes.
 */
function closeIfUnfinished(request: IncomingMessage, response: ServerResponse, afterMs: number): void {
  response.once('finish', () => {
    if (request.complete) return;
    const timer = setTimeout(() => {
      if (!request.complete && !request.socket.writableEnded) linger(request.socket);
    }, afterMs).unref();
    request.once('close', () => {
      clearTimeout(timer);
    });
  });
}
