/** Answers requests that never reach a route, because they are too long, too slow or not valid HTTP. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { hasUnfinishedRequest, responseOn } from '../../internals/index.js';
import { failBodyOn } from '../input/incoming-body.js';
import { REQUEST_ID_HEADER, newRequestId } from '../tracking/track-requests.js';

const TOO_LARGE = { status: '431 Request Header Fields Too Large', msg: 'the request line and headers are too long' };
const TOO_SLOW = { status: '408 Request Timeout', msg: 'the request took too long to arrive' };
const MALFORMED = { status: '400 Bad Request', msg: 'the request is not valid HTTP' };

/** Where a body is at fault, the route answers in its own form; otherwise the answer is JSON. */
export function answerUnreadableRequests(server: Server): void {
  // By default, Node drops what comes after the first thousand headers, and proxies append theirs at the end.
  server.maxHeadersCount = 0;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const isSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else if (failBodyOn(socket, isSlow ? 'too_slow' : 'unreadable')) return;
    else if (isTaken(socket)) socket.destroy();
    else socket.end(unreadableAnswer(error.code === 'HPE_HEADER_OVERFLOW' ? TOO_LARGE : isSlow ? TOO_SLOW : MALFORMED));
  });
}

/** A whole response, after which the connection is closed. */
function unreadableAnswer({ status, msg }: typeof MALFORMED): string {
  const body = JSON.stringify({ msg });
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${String(body.length)}`;
  return `${head}\r\n${REQUEST_ID_HEADER}: ${newRequestId()}\r\nConnection: close\r\n\r\n${body}`;
}

/** Whether an answer would be taken for that to an earlier request, for part of it, or for a second one. */
function isTaken(socket: Socket): boolean {
  const response = responseOn(socket);
  return response ? response.headersSent || response.req.complete : hasUnfinishedRequest(socket);
}
