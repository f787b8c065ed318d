/** Lets clients that ask first (`Expect: 100-continue`) send a body only when it is going to be read. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

const WAITING = new WeakMap<IncomingMessage, ServerResponse>();

/** @param always - requests that are told to continue at once, as Node does for all */
export function delayContinue(server: Server, always: (request: IncomingMessage) => boolean): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (always(request)) response.writeContinue();
    else WAITING.set(request, response);
    server.emit('request', request, response);
  });
}

/** Whether the client waits before it sends the body. */
export function isWaiting(request: IncomingMessage): boolean {
  return WAITING.has(request);
}

/** Tells a client that waits to send the body. */
export function continueRequest(request: IncomingMessage): void {
  WAITING.get(request)?.writeContinue();
  WAITING.delete(request);
}
