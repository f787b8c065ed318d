/** Answers requests that never reach a route, because they are too long, too slow or not valid HTTP. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { hasUnfinishedRequest, responseOn } from '../../internals/index.js';
import { failBodyOn } from '../input/incoming-body.js';
import { REQUEST_ID_HEADER, newRequestId } from '../tracking/track-requests.js';
import { CapacityReports } from './capacity-reports.js';
import { limitsOf, orRaise } from './request-limits.js';

interface Fault {
  readonly status: string;
  readonly msg: string;
}

const MALFORMED: Fault = { status: '400 Bad Request', msg: 'the request is not valid HTTP' };

/** Where a body is at fault, the route answers in its own form; otherwise the answer is JSON. */
export function answerUnreadableRequests(server: Server): void {
  // By default, Node drops what comes after the first thousand headers, and proxies append theirs at the end.
  server.maxHeadersCount = 0;
  const faultOf = faults(server);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const isSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else if (failBodyOn(socket, isSlow ? 'too_slow' : 'unreadable')) return;
    else if (isTaken(socket)) socket.destroy();
    else socket.end(unreadableAnswer(faultOf(error.code, socket)));
  });
}

/** What is answered, and reported if a limit was reached. */
function faults(server: Server): (code: string | undefined, socket: Socket) => Fault {
  const tooLong = new CapacityReports('Requests', 'header_bytes');
  const tooSlow = new CapacityReports('Requests', 'slow_headers');
  return (code, { remoteAddress, bytesRead }) => {
    const { limits, names } = limitsOf(server);
    if (code === 'HPE_HEADER_OVERFLOW') {
      const bytes = String(limits.headerBytes);
      const fault = {
        status: '431 Request Header Fields Too Large',
        msg:
          `the request line and headers are longer than ${bytes} bytes: ` +
          `send fewer or shorter headers and cookies${orRaise(names?.headerBytes)}`,
      };
      tooLong.add(limits.headerBytes, remoteAddress, `refused with 431: ${fault.msg}`);
      return fault;
    }
    if (code !== 'ERR_HTTP_REQUEST_TIMEOUT') return MALFORMED;
    const seconds = String(limits.headersSeconds);
    const msg = `the request took longer than ${seconds} seconds to arrive: send it without pauses${orRaise(names?.headersSeconds)}`;
    // Browsers open connections ahead, and then send nothing.
    if (bytesRead > 0) tooSlow.add(limits.headersSeconds * 1000, remoteAddress, `refused with 408: ${msg}`);
    return { status: '408 Request Timeout', msg };
  };
}

/** A whole response, after which the connection is closed. */
function unreadableAnswer({ status, msg }: Fault): string {
  const body = JSON.stringify({ msg });
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${String(body.length)}`;
  return `${head}\r\n${REQUEST_ID_HEADER}: ${newRequestId()}\r\nConnection: close\r\n\r\n${body}`;
}

/** Whether an answer would be taken for that to an earlier request, for part of it, or for a second one. */
function isTaken(socket: Socket): boolean {
  const response = responseOn(socket);
  return response ? response.headersSent || response.req.complete : hasUnfinishedRequest(socket);
}
