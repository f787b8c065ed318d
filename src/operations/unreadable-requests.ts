/** Answers requests that are too long or not valid HTTP, and so never reach a route, with a JSON body. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { REQUEST_ID_HEADER, newRequestId } from '../http/index.js';
import { isResponding } from '../internals/index.js';

const TOO_LARGE = { status: '431 Request Header Fields Too Large', msg: 'the request line and headers are too long' };
const TOO_SLOW = { status: '408 Request Timeout', msg: 'the request took too long to arrive' };
const MALFORMED = { status: '400 Bad Request', msg: 'the request is not valid HTTP' };

export function answerUnreadableRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // While an earlier request is being answered, this answer would be taken for that one or part of it.
    if (error.code === 'ECONNRESET' || !socket.writable || isResponding(socket)) {
      socket.destroy();
      return;
    }
    const { status, msg } = responseTo(error.code);
    const body = JSON.stringify({ msg });
    const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${String(body.length)}`;
    socket.end(`${head}\r\n${REQUEST_ID_HEADER}: ${newRequestId()}\r\nConnection: close\r\n\r\n${body}`);
  });
}

function responseTo(code: string | undefined): { status: string; msg: string } {
  if (code === 'HPE_HEADER_OVERFLOW') return TOO_LARGE;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? TOO_SLOW : MALFORMED;
}
