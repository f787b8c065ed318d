/** Undocumented parts of Node's HTTP server. If one changes, memory is wasted or a client misses an answer. */
import { Server as NetServer, Socket } from 'node:net';
import { IncomingMessage, ServerResponse, validateHeaderName, validateHeaderValue, type Server } from 'node:http';

/** After the head was sent, Node only checks whether it is there. */
const SENT = 'HTTP/1.1 200 OK';

/** After an early answer, the connection stays open this long so that the client can read it. */
const LINGER_MS = 1000;

/** A client that sends more than this after the answer is not going to read it. */
const LINGER_BYTES = 262_144;

const LINGER_CHECK_MS = 50;

type HttpSocket = Socket & {
  _httpMessage?: ServerResponse | null;
  parser?: { incoming?: IncomingMessage | null } | null;
};

/** Node's table of the headers of a response: names and values by the name in lower case. */
type HeaderTable = Record<string, [name: string, value: string | string[]]>;

/** The property of responses with that table; `undefined` if this Node has another one. */
const TABLE = ((): symbol | undefined => {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const table = tableOf(response);
  response.setHeader('X-Name', 'value');
  response.setHeader('X-Names', ['one', 'two']);
  const kept: unknown = table && (response as unknown as Record<symbol, unknown>)[table];
  const expected = { 'x-name': ['X-Name', 'value'], 'x-names': ['X-Names', ['one', 'two']] };
  return JSON.stringify(kept) === JSON.stringify(expected) ? table : undefined;
})();

function tableOf(response: ServerResponse): symbol | undefined {
  return Object.getOwnPropertySymbols(response).find(({ description }) => description === 'kOutHeaders');
}

/**
 * Headers of many responses, which are validated once. Node validates all that it is given for every response, character
 * by character, which takes longer than anything else of a short answer.
 */
export class PreparedHeaders {
  private readonly table: HeaderTable = {};
  private readonly own: [name: string, value: string];

  /**
   * @param rawHeaders - names and values in turn
   * @param own - the name of a header that has another value in each response
   * @throws TypeError for what is no header
   */
  constructor(
    private readonly rawHeaders: readonly string[],
    own: string,
  ) {
    for (let at = 0; at < rawHeaders.length; at += 2) this.add(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
    this.own = [own, ''];
    this.table[own.toLowerCase()] = this.own;
  }

  /** @param value - of the header with a value of its own, which is not validated */
  writeHead(response: ServerResponse, status: number, value: string): void {
    if (TABLE === undefined) {
      response.writeHead(status, [...this.rawHeaders, this.own[0], value]);
      return;
    }
    const kept = response as unknown as Record<symbol, HeaderTable | null>;
    this.own[1] = value;
    kept[TABLE] = this.table;
    response.writeHead(status);
    // The head is a string by now, and the table is used again.
    kept[TABLE] = null;
  }

  private add(name: string, value: string): void {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    const known = this.table[name.toLowerCase()];
    if (known) known[1] = [known[1], value].flat();
    else this.table[name.toLowerCase()] = [name, value];
  }
}

/**
 * Releases what Node keeps of a response whose head and first bytes were sent: several KiB per open stream, because the
 * head is kept twice, as a string of some seventy pieces and as a table.
 */
export function releaseHead(response: ServerResponse): void {
  const kept = response as unknown as Record<string | symbol, unknown>;
  const table = tableOf(response);
  if (table) kept[table] = null;
  if (response.headersSent) kept._header = SENT;
}

/** The response in progress on a connection, or `null`. */
export function responseOn(socket: Socket): ServerResponse | null {
  return (socket as HttpSocket)._httpMessage ?? null;
}

/** Whether a request on the connection has begun and has not been received in full. */
export function hasUnfinishedRequest(socket: Socket): boolean {
  return (socket as HttpSocket).parser?.incoming?.complete === false;
}

/**
 * Closes the connection after this response although the client may still be sending the request. It is not reset at
 * once: the client would lose the answer.
 * @returns a function that cancels this
 */
export function closeAfterResponse(response: ServerResponse): () => void {
  const { req: request } = response;
  const { socket } = request;
  const { shouldKeepAlive } = response;
  // Node sends `Connection: close` then.
  response.shouldKeepAlive = false;
  // Node calls this when the response is finished.
  socket.destroySoon = function (this: Socket): void {
    if (request.complete) Socket.prototype.destroySoon.call(this);
    else linger(this);
  };
  return () => {
    response.shouldKeepAlive = shouldKeepAlive;
    Reflect.deleteProperty(socket, 'destroySoon');
  };
}

/** Ends the connection and discards what arrives for a moment, as RFC 9112 §9.6 recommends. */
export function linger(socket: Socket): void {
  socket.end();
  const [until, limit] = [performance.now() + LINGER_MS, socket.bytesRead + LINGER_BYTES];
  const check = setInterval(() => {
    if (performance.now() >= until || socket.bytesRead > limit) socket.destroy();
  }, LINGER_CHECK_MS).unref();
  socket.once('close', () => {
    clearInterval(check);
  });
}

/**
 * Stops accepting connections and leaves the open ones alone. `http.Server.close` would also close those that look idle
 * but on which an unread request may already have arrived.
 */
export function stopAccepting(server: Server): void {
  NetServer.prototype.close.call(server);
}
