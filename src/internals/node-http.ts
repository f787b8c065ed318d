/** What is used of Node's HTTP server that it does not document. Where it changes, memory or a courtesy is lost. */
import { Server as NetServer, type Socket } from 'node:net';
import type { Server, ServerResponse } from 'node:http';

/** All that Node asks of a head that was sent is whether it is there. */
const SENT = 'HTTP/1.1 200 OK';

/**
 * Frees what Node keeps of a response whose head and first bytes have been sent: several KiB for each open stream.
 * The head is kept twice, as a text made of some seventy pieces and as a table.
 */
export function releaseHead(response: ServerResponse): void {
  const kept = response as unknown as Record<string | symbol, unknown>;
  const table = Object.getOwnPropertySymbols(response).find(({ description }) => description === 'kOutHeaders');
  if (table) kept[table] = null;
  if (response.headersSent) kept._header = SENT;
}

/** Whether a response is being written to a connection. */
export function isResponding(socket: Socket): boolean {
  return Boolean((socket as Socket & { _httpMessage?: object | null })._httpMessage);
}

/**
 * Stops accepting connections and leaves those that are open alone. `http.Server.close` would also cut those that look
 * idle, although a request that nobody has read yet may have arrived on them.
 */
export function stopAccepting(server: Server): void {
  NetServer.prototype.close.call(server);
}
