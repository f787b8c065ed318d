/** The private parts of other programs are where this code expects them, in the versions that are installed. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { expect, it } from '@jest/globals';
import express from 'express';
import { EXPRESS_VERSION, layersOf, routerOf } from './express.js';
import { InternalsError } from './internals-error.js';
import { decoratedGuards, decoratedMethod, decoratedPath } from './nest.js';
import { isResponding, releaseHead, stopAccepting } from './node-http.js';
import { TYPEORM_VERSION, clientClassOf, poolOf, sqliteClassOf } from './typeorm.js';
import { DataSource } from 'typeorm';

interface Package {
  version: string;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

function readPackage(path: string): Package {
  return JSON.parse(readFileSync(new URL(`../../${path}package.json`, import.meta.url), 'utf8')) as Package;
}

it('what is entered by the back door has a tilde range, of the version that the code names and that is installed', () => {
  const { dependencies, peerDependencies } = readPackage('');
  for (const [name, range, version] of [
    ['express', dependencies.express, EXPRESS_VERSION],
    ['typeorm', peerDependencies.typeorm, TYPEORM_VERSION],
  ]) {
    expect([name, range?.split('.', 2).join('.')]).toEqual([name, `~${String(version)}`]);
    expect(
      readPackage(`node_modules/${String(name)}/`)
        .version.split('.', 2)
        .join('.'),
    ).toBe(version);
  }
});

it('an Express application has layers that tell their routes, and a router can be made of some of them', () => {
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

it('an application whose router is built otherwise is refused with the version to install', () => {
  const unlike = [{}, { stack: 1 }, { stack: [{}] }, { stack: [{ match: () => true, route: {} }] }];
  for (const router of unlike) {
    const error = new InternalsError('express 5.3', 'stack of layers in its router');
    expect(() => layersOf({ router } as unknown as express.Application)).toThrow(error);
  }
});

it('Nest keeps the path, the method and the guards of a route where they are read', () => {
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

/** Sends one request on a connection that is kept. */
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

it('the head of a response that was sent is let go of, and the response can be finished', async () => {
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

it('a connection tells whether a response is being written to it', async () => {
  const told: boolean[] = [];
  const { close } = await exchange((response, socket) => {
    told.push(isResponding(socket));
    response.end(() => {
      setImmediate(() => told.push(isResponding(socket)));
    });
  });
  await delay(20);
  await close();
  expect(told).toEqual([true, false]);
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

it('TypeORM keeps its drivers where they are read, and a connection without them is refused by name', () => {
  const dataSource = new DataSource({ type: 'better-sqlite3', database: ':memory:' });
  expect(sqliteClassOf(dataSource).name).toBe('Database');
  expect(() => poolOf(dataSource)).toThrow(/typeorm 1\.1.*driver\.master/);
  expect(() => clientClassOf(dataSource)).toThrow(/typeorm 1\.1.*driver\.postgres/);
  const postgres = new DataSource({ type: 'postgres' });
  expect(clientClassOf(postgres).name).toBe('Client');
  expect(() => poolOf(postgres)).toThrow(InternalsError);
  const unlimited = { driver: { master: { on: () => undefined, options: {} } } } as unknown as DataSource;
  expect(() => poolOf(unlimited)).toThrow(InternalsError);
});
