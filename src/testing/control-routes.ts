/** The routes by which programs in any language move the clock, order faults and reset a server for tests. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SeedError } from './seed.js';
import type { Fault } from './faults.js';
import type { Latchkey } from './start.js';

const PREFIX = '/_latchkey/';

/** Maximum number of bytes of a body. */
const BODY_MAX = 1_000_000;

type Handler = (latchkey: Latchkey, body: Record<string, unknown>) => unknown;

const ROUTES: Readonly<Record<string, Handler>> = {
  'POST reset': async (latchkey) => {
    await latchkey.reset();
    return { now: latchkey.clock.now().toISOString() };
  },
  'GET clock': ({ clock }) => ({ now: clock.now().toISOString() }),
  'POST clock': ({ clock }, { advance, set }) => {
    if (typeof advance === 'string' || typeof advance === 'number') clock.advance(advance);
    else if (typeof set === 'string') clock.set(set);
    else throw new TypeError('give {"advance": "31d"} or {"set": "2030-01-01T00:00:00Z"}');
    return { now: clock.now().toISOString() };
  },
  'POST faults': (latchkey, fault) => {
    if (typeof fault.route !== 'string') throw new TypeError('give a `route`, such as "POST /verify"');
    latchkey.fault(fault as unknown as Fault);
    return {};
  },
  'DELETE faults': (latchkey) => {
    latchkey.clearFaults();
    return {};
  },
  'GET requests': (latchkey) => latchkey.requests(),
};

/** @returns whether the request was for one of these routes, and is answered */
export function controlRoutes(latchkey: Latchkey): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (!path.startsWith(PREFIX)) return false;
    void answer(latchkey, path.slice(PREFIX.length), request, response);
    return true;
  };
}

async function answer(
  latchkey: Latchkey,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const handler = ROUTES[`${request.method ?? ''} ${name}`];
  if (!handler) {
    const served = Object.keys(ROUTES).map((route) => route.replace(' ', ` ${PREFIX}`));
    send(response, 404, { error: `there are only ${served.join(', ')}` });
    return;
  }
  try {
    send(response, 200, await handler(latchkey, await bodyOf(request)));
  } catch (error) {
    const isTheirs = error instanceof TypeError || error instanceof SyntaxError || error instanceof SeedError;
    send(response, isTheirs ? 400 : 500, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_MAX) throw new TypeError(`the body has more than ${String(BODY_MAX)} bytes`);
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8');
  const value: unknown = text === '' ? {} : JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('give a JSON object');
  return value as Record<string, unknown>;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
