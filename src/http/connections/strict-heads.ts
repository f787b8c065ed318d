/** Refuses requests with more header lines than the limit, or with more than one Host header (RFC 9112 §3.2). */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { REQUEST_ID_HEADER, newRequestId } from '../tracking/track-requests.js';
import { CapacityReports } from './capacity-reports.js';
import { FIXED_LIMITS, limitsOf, orRaise } from './request-limits.js';

const HOST = 'host';
const TWO_HOSTS = 'the request has more than one Host header';

/** Whether the name of a Host header occurs more than once. @param rawHeaders - names and values in turn */
export function hasRepeatedHost(rawHeaders: readonly string[]): boolean {
  let isFound = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length !== HOST.length || name.toLowerCase() !== HOST) continue;
    if (isFound) return true;
    isFound = true;
  }
  return false;
}

/** Answers in place of the listener of a server: 400 for a second Host header, 431 for too many header lines. */
export class StrictHeads {
  private readonly reports = new CapacityReports('Requests', 'header_lines');
  private server: Server | undefined;
  private maxEntries = 2 * FIXED_LIMITS.headerLines;

  constructor(private readonly listener: RequestListener) {}

  /** The same for all listeners that a server has. */
  static before(server: Server): void {
    const inner = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    const strict = new StrictHeads((request, response) => {
      for (const listener of inner) listener.call(server, request, response);
    });
    strict.obey(server);
    server.on('request', strict.answer);
  }

  /** Takes over the limits that the server was given. */
  obey(server: Server): void {
    this.server = server;
    this.maxEntries = 2 * limitsOf(server).limits.headerLines;
  }

  readonly answer: RequestListener = (request, response) => {
    const { rawHeaders } = request;
    if (rawHeaders.length > this.maxEntries) refuse(response, 431, this.tooMany(request));
    // A proxy in front may have read another one.
    else if (hasRepeatedHost(rawHeaders)) refuse(response, 400, TWO_HOSTS);
    else this.listener(request, response);
  };

  private tooMany({ socket }: IncomingMessage): string {
    const limit = this.maxEntries / 2;
    const name = this.server && limitsOf(this.server).names?.headerLines;
    const msg = `the request has more than ${String(limit)} header lines: send fewer${orRaise(name)}`;
    this.reports.add(limit, socket.remoteAddress, `refused with 431: ${msg}`);
    return msg;
  }
}

/** The sender may have smuggled this past a proxy, so nothing else is read from the connection. */
function refuse(response: ServerResponse, status: number, msg: string): void {
  const body = JSON.stringify({ msg });
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    [REQUEST_ID_HEADER]: newRequestId(),
    Connection: 'close',
  });
  response.end(body);
}
