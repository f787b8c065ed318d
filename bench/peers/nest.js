/** Nest on Express, as the product uses it: an empty route, and one that parses the body that creates a service token. */
import 'reflect-metadata';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { listen } from './ready.js';

class EmptyController {
  empty() {
    return { ok: true };
  }

  parsed(body) {
    return { name: body.name };
  }
}

/** What decorators do, in plain JavaScript. */
function route(decorate, method) {
  decorate(EmptyController.prototype, method, Object.getOwnPropertyDescriptor(EmptyController.prototype, method));
}

route(Get('empty'), 'empty');
route(Post('empty'), 'parsed');
route(HttpCode(201), 'parsed');
Body()(EmptyController.prototype, 'parsed', 0);
Controller()(EmptyController);

const module = { module: EmptyController, controllers: [EmptyController] };
const app = await NestFactory.create(module, { logger: false });
app.set('etag', false);
app.disable('x-powered-by');
await app.init();

listen(app.getHttpServer(), {
  emptyGet: { method: 'GET', path: '/empty' },
  emptyPost: {
    method: 'POST',
    path: '/empty',
    headers: { 'Content-Type': 'application/json' },
    body: '{"name":"CI/CD token"}',
  },
});
