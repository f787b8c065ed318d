/** Stands before the server: keeps a ledger of its requests, and lets the ordered faults happen. */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpException } from '@nestjs/common';
import type { RequestHandler } from 'express';
import type { Clock } from '../core/index.js';
import { Faults, type DueFault } from './faults.js';

/** A request that the server has got, and what became of it. */
export interface LedgerEntry {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** With `?`; empty without one. */
  readonly query: string;
  /** Names in lower case. They hold the credentials that the client sent: this is for tests. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** By the clock of the server. */
  readonly at: Date;
  /** `undefined` while there is no answer, and for a connection that broke. */
  readonly status: number | undefined;
  /** Whether an ordered fault has happened to it. */
  readonly faulty: boolean;
}

/** Requests that are remembered; the oldest are forgotten. */
const REMEMBERED = 10_000;

export class Traffic {
  readonly faults = new Faults();
  private entries: { -readonly [K in keyof LedgerEntry]: LedgerEntry[K] }[] = [];
  private isUnrouted: (request: IncomingMessage) => boolean = () => false;
  private readonly refusals = new WeakMap<IncomingMessage, DueFault>();

  /** Fails the requests that are to fail. It belongs before all routes. */
  readonly middleware: RequestHandler = (request, response, next) => {
    const { status, retryAfter } = this.refusals.get(request) ?? {};
    if (status === undefined) {
      next();
      return;
    }
    if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
    next(new HttpException(FAULT, status));
  };

  constructor(private readonly clock: Clock) {}

  get ledger(): readonly LedgerEntry[] {
    return this.entries;
  }

  clear(): void {
    this.entries = [];
    this.faults.clear();
  }

  /**
   * @param own - answers some paths itself, which are not in the ledger
   * @param isUnrouted - whether a path is served by no route of Express, so that the middleware never sees it
   */
  standBefore(
    server: Server,
    own: (request: IncomingMessage, response: ServerResponse) => boolean,
    isUnrouted: (request: IncomingMessage) => boolean,
  ): void {
    this.isUnrouted = isUnrouted;
    const inner = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (own(request, response)) return;
      void this.pass(request, response, () => {
        for (const listener of inner) listener.call(server, request, response);
      });
    });
  }

  private async pass(request: IncomingMessage, response: ServerResponse, serve: () => void): Promise<void> {
    const { method = '', url = '', headers } = request;
    const [path = ''] = url.split('?', 1);
    const entry = { method, path, query: url.slice(path.length), headers, at: this.clock.now() };
    const due = this.faults.take({ method, path });
    const noted = { ...entry, status: undefined as number | undefined, faulty: due !== undefined };
    this.entries.push(noted);
    if (this.entries.length > REMEMBERED) this.entries.shift();
    response.once('finish', () => (noted.status = response.statusCode));
    if (!due) {
      serve();
      return;
    }
    await delay(due.delayMs);
    if (due.disconnect === 'before') request.socket.destroy();
    else this.serveFaulty(due, request, response, serve);
  }

  private serveFaulty(due: DueFault, request: IncomingMessage, response: ServerResponse, serve: () => void): void {
    if (due.disconnect === 'after') breakWhenAnswered(request, response);
    if (due.status === undefined) serve();
    else if (this.isUnrouted(request)) refuse(due.status, due.retryAfter, response);
    else {
      this.refusals.set(request, due);
      serve();
    }
  }
}

/** As `/verify` answers errors. */
function refuse(status: number, retryAfter: number | undefined, response: ServerResponse): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    ...(retryAfter !== undefined && { 'Retry-After': retryAfter }),
  });
  response.end(JSON.stringify({ error: 'temporarily_unavailable', error_description: FAULT }));
}

const FAULT = 'a fault that the test has ordered';

/** Everything is done, and nothing of the answer arrives. */
function breakWhenAnswered({ socket }: IncomingMessage, response: ServerResponse): void {
  const broken = (): ServerResponse => {
    socket.destroy();
    return response;
  };
  Object.assign(response, { write: () => (broken(), true), end: broken, writeHead: () => response });
}
