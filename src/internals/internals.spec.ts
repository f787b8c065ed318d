/** The undocumented parts of libraries are where this code expects them, in the installed versions. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { afterEach, expect, it } from '@jest/globals';
import express from 'express';
import { EXPRESS_VERSION, ExpressMessages, caseSensitive, layersOf, routerOf } from './express.js';
import { InternalsError } from './internals-error.js';
import { decoratedGuards, decoratedMethod, decoratedPath } from './nest.js';
import {
  PreparedHeaders,
  closeAfterResponse,
  hasUnfinishedRequest,
  releaseHead,
  responseOn,
  stopAccepting,
} from './node-http.js';
import { clientClassOf, poolOf, sqliteClassOf } from './typeorm.js';
import { DataSource } from 'typeorm';

interface Package {
  version: string;
  dependencies: Record<string, string>;
}

/** Servers that are closed after each test, with their connections. */
const opened: Server[] = [];

afterEach(() => {
  for (const server of opened.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

function readPackage(path: string): Package {
  return JSON.parse(readFileSync(new URL(`../../${path}package.json`, import.meta.url), 'utf8')) as Package;
}

it('Express, with undocumented parts in use, has a tilde range, of the version named in the code and installed', () => {
  const { dependencies } = readPackage('');
  expect(dependencies.express?.split('.', 2).join('.')).toBe(`~${EXPRESS_VERSION}`);
  expect(readPackage('node_modules/express/').version.split('.', 2).join('.')).toBe(EXPRESS_VERSION);
});

it('an Express application has layers with their routes, and a router can be built from some of them', () => {
  const application = express();
  application.use((_request, _response, next) => {
    next();
  });
  application.get('/orders', (_request, response) => response.json([]));
  const layers = layersOf(application);
  const [route] = layers.filter((layer) => layer.route);
  expect(layers).toHaveLength(2);
  expect([route?.route?.path, route?.route?.methods]).toEqual(['/orders', { get: true }]);
  expect([Boolean(route?.match('/orders')), Boolean(route?.match('/other'))]).toEqual([true, false]);
  expect(layersOf({ router: routerOf(layers) } as unknown as express.Application)).toEqual(layers);
});

it('Express leaves requests and responses alone that have the prototypes of the application from the start', async () => {
  const [application, messages] = [express(), new ExpressMessages()];
  messages.belongTo(application);
  application.get('/orders', (request, response) => response.json([request.query, request.app === application]));
  const prototypes: unknown[] = [];
  const server = createServer(messages.classes, (request, response) => {
    const note = (): number => prototypes.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
    note();
    application(request, response);
    note();
  }).listen(0, '127.0.0.1');
  opened.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${String(port)}/orders?of=ann`);
  expect(await answer.json()).toEqual([{ of: 'ann' }, true]);
  const { request, response } = application as unknown as { request: object; response: object };
  expect(prototypes.map((each, at) => each === [request, response, request, response][at])).not.toContain(false);
  expect(prototypes).toHaveLength(4);
});

it('a route can be copied to one that distinguishes upper case from lower case', async () => {
  const application = express();
  application.get('/orders/:id', (request, response) => response.json(request.params));
  const [copy] = layersOf(application).map(caseSensitive);
  const paths = ['/orders/A', '/Orders/A'];
  expect(layersOf(application).map((layer) => paths.map((path) => Boolean(layer.match(path))))).toEqual([[true, true]]);
  expect(paths.map((path) => Boolean(copy?.match(path)))).toEqual([true, false]);
  expect(copy?.route?.path).toBe('/orders/:id');
  const server = express()
    .use(routerOf(copy ? [copy] : []))
    .listen(0, '127.0.0.1');
  opened.push(server);
  await once(server, 'listening');
  const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  expect(await (await fetch(`${address}/orders/A`)).json()).toEqual({ id: 'A' });
  expect((await fetch(`${address}/Orders/A`)).status).toBe(404);
});

it('an application with another kind of router is refused, with the version to install', () => {
  const unlike = [
    {},
    { stack: 1 },
    { stack: [{}] },
    { stack: [{ match: () => true }] },
    { stack: [{ match: () => true, handle: () => true, route: {} }] },
  ];
  for (const router of unlike) {
    const error = new InternalsError('express 5.3', 'stack of layers in its router');
    expect(() => layersOf({ router } as unknown as express.Application)).toThrow(error);
  }
});

it('Nest stores the path, the method and the guards of a route where they are read', () => {
  const guard = { canActivate: () => true };
  @UseGuards(guard)
  @Controller('orders')
  class Orders {
    @Get(':id')
    find(): string {
      return '';
    }
  }
  const find = Reflect.get(Orders.prototype, 'find') as object;
  expect([decoratedPath(Orders), decoratedPath(find), decoratedMethod(find)]).toEqual(['orders', ':id', 'GET']);
  expect([decoratedGuards(Orders), decoratedGuards(find)]).toEqual([[guard], []]);
  expect(decoratedPath(() => undefined)).toBeUndefined();
});

/** Sends one request on a kept-alive connection. */
async function exchange(answer: (response: ServerResponse, socket: Socket) => void): Promise<Exchange> {
  const server = createServer((request, response) => {
    answer(response, request.socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true });
  const request = get({ agent, port: (server.address() as AddressInfo).port });
  const [reply] = (await once(request, 'response')) as [IncomingMessage];
  reply.resume();
  await once(reply, 'end');
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    if (server.listening) server.close();
    agent.destroy();
    await closed;
  };
  return { server, reply, close };
}

interface Exchange {
  readonly server: Server;
  readonly reply: IncomingMessage;
  readonly close: () => Promise<void>;
}

it('the head of a sent response is released, and the response can be finished', async () => {
  let kept: Record<string, unknown> = {};
  const { reply, close } = await exchange((response) => {
    response.writeHead(200, { 'X-Long': 'x'.repeat(1000) });
    response.write('first');
    releaseHead(response);
    const table = Object.getOwnPropertySymbols(response).find(({ description }) => description === 'kOutHeaders');
    kept = { head: (response as unknown as { _header: string })._header, table: table && Reflect.get(response, table) };
    response.end();
  });
  await close();
  expect(kept).toEqual({ head: 'HTTP/1.1 200 OK', table: null });
  expect(reply.statusCode).toBe(200);
});

it('prepared headers are sent as they are, each time with their own value, without being given to Node again', async () => {
  const prepared = new PreparedHeaders(['X-One', '1', 'X-Two', 'a', 'x-two', 'b', 'Content-Length', '2'], 'X-Own');
  const given: number[] = [];
  let own = '';
  const answer = (response: ServerResponse): void => {
    const writeHead = response.writeHead.bind(response) as (...words: unknown[]) => ServerResponse;
    response.writeHead = (...words: unknown[]): ServerResponse => {
      given.push(words.length);
      return writeHead(...words);
    };
    prepared.writeHead(response, 203, own);
    response.end('ok');
  };
  for (own of ['first', 'second']) {
    const { reply, close } = await exchange(answer);
    await close();
    expect(reply.statusCode).toBe(203);
    const sent = ['X-One', '1', 'X-Two', 'a', 'X-Two', 'b', 'Content-Length', '2', 'X-Own', own];
    expect(reply.rawHeaders.slice(0, sent.length)).toEqual(sent);
  }
  expect(given).toEqual([1, 1]);
  expect(() => new PreparedHeaders(['X-One', 'a\r\nX-Two: b'], 'X-Own')).toThrow(/Invalid character|valid HTTP token/);
  expect(() => new PreparedHeaders(['X One', 'a'], 'X-Own')).toThrow(/Invalid character|valid HTTP token/);
});

it('a connection has the response that is being written to it', async () => {
  const told: boolean[] = [];
  const { close } = await exchange((response, socket) => {
    told.push(responseOn(socket) === response);
    response.end(() => {
      setImmediate(() => told.push(responseOn(socket) === null));
    });
  });
  await delay(20);
  await close();
  expect(told).toEqual([true, true]);
});

/** Sends half of a request, and returns what arrives until the server ends the connection. */
async function half(answer: (response: ServerResponse, socket: Socket) => void): Promise<string> {
  const server = createServer((request, response) => {
    answer(response, request.socket);
  });
  opened.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nhalf');
  let text = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  await once(socket, 'end');
  return text;
}

it('a connection shows whether a request is incomplete, also when it was answered', async () => {
  const told: boolean[] = [];
  await half((response, socket) => {
    told.push(hasUnfinishedRequest(socket));
    response.end(() => {
      setImmediate(() => {
        told.push(hasUnfinishedRequest(socket));
        socket.end();
      });
    });
  });
  expect(told).toEqual([true, true]);
});

it('a connection with an unwanted rest of a request is ended after the answer, and not reset', async () => {
  let isDestroyed: boolean | undefined;
  const text = await half((response, socket) => {
    closeAfterResponse(response);
    response.end('early', () => {
      setImmediate(() => (isDestroyed = socket.destroyed));
    });
  });
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n[^]*early$/);
  expect(isDestroyed).toBe(false);
});

it('ending a connection after the answer can be cancelled', async () => {
  const { reply, close } = await exchange((response) => {
    const keep = closeAfterResponse(response);
    keep();
    response.end('x');
  });
  await close();
  expect(reply.headers.connection).toBe('keep-alive');
});

it('a server that stops accepting leaves an idle connection open', async () => {
  let isClosed = false;
  const { server, close } = await exchange((response, socket) => {
    socket.once('close', () => (isClosed = true));
    response.end();
  });
  stopAccepting(server);
  await delay(50);
  expect([server.listening, isClosed]).toEqual([false, false]);
  await close();
});

it('TypeORM stores its drivers where they are read, and a connection without them is refused by name', () => {
  const dataSource = new DataSource({ type: 'better-sqlite3', database: ':memory:' });
  expect(sqliteClassOf(dataSource).name).toBe('Database');
  expect(() => poolOf(dataSource)).toThrow(/typeorm 0\.3 or 1.*driver\.master/);
  expect(() => clientClassOf(dataSource)).toThrow(/typeorm 0\.3 or 1.*driver\.postgres/);
  const postgres = new DataSource({ type: 'postgres' });
  expect(clientClassOf(postgres).name).toBe('Client');
  expect(() => poolOf(postgres)).toThrow(InternalsError);
  const unlimited = { driver: { master: { on: () => undefined, options: {} } } } as unknown as DataSource;
  expect(() => poolOf(unlimited)).toThrow(InternalsError);
});
