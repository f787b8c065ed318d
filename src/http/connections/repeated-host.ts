/** Refuses requests with more than one Host header (RFC 9112 §3.2), which a proxy in front may have read differently. */
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { REQUEST_ID_HEADER, newRequestId } from '../tracking/track-requests.js';

const HOST = 'host';

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

/** Answers 400 in place of the listener for such requests. */
export function refusingRepeatedHosts(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (hasRepeatedHost(request.rawHeaders)) refuse(response);
    else listener(request, response);
  };
}

/** The same for all listeners that a server has. */
export function refuseRepeatedHosts(server: Server): void {
  const inner = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on(
    'request',
    refusingRepeatedHosts((request, response) => {
      for (const listener of inner) listener.call(server, request, response);
    }),
  );
}

/** The sender may have smuggled this past a proxy, so nothing else is read from the connection. */
function refuse(response: ServerResponse): void {
  const body = JSON.stringify({ msg: 'the request has more than one Host header' });
  response.writeHead(400, {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    [REQUEST_ID_HEADER]: newRequestId(),
    Connection: 'close',
  });
  response.end(body);
}
