/** The hosts of the mount trial: each with other settings that could get into a module's way, or a module into theirs. */
import { RequestMethod, ValidationPipe, VersioningType, type INestApplication, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, HttpAdapterHost } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { Limiter, ShopErrors, Wrapping, ownParser } from './globals.js';
import { ShopTables1700000000000, SnakeCase } from './tables.js';

/** A connection of the host; one without a name has the tables of the shop. */
export type Connection = Readonly<Record<string, unknown>> & { readonly name?: string };

/** One host. */
export interface Scenario {
  readonly name: string;
  /** @param folder - for files @param postgres - the address of a database */
  connections(folder: string, postgres: string): readonly Connection[];
  /** Where Latchkey keeps its data: its own database, the connection of the shop, or another one by its name. */
  readonly place: 'own' | 'shared' | { readonly connectionName: string };
  readonly isFastify?: true;
  readonly options?: { readonly rawBody?: true; readonly bodyParser?: false };
  readonly providers?: readonly Provider[];
  readonly hasWildcard?: true;
  readonly hasGateway?: true;
  settle(app: INestApplication): void;
}

const MEMORY = { type: 'better-sqlite3', database: ':memory:', synchronize: true };
const PIPE = { whitelist: true, forbidNonWhitelisted: true, transform: true };

/** Raw bodies, a route that answers everything, headers of others, and tables by a strategy of its own. */
const OPEN: Scenario = {
  name: 'open',
  place: 'own',
  options: { rawBody: true },
  hasWildcard: true,
  connections: () => [{ ...MEMORY, namingStrategy: new SnakeCase(), entityPrefix: 'shop_' }],
  settle: (app) => {
    app.use(helmet({ contentSecurityPolicy: { directives: { 'script-src': ["'self'", 'cdn.example'] } } }));
    app.enableCors({ origin: 'https://shop.example', credentials: true, exposedHeaders: ['X-Stamp'], maxAge: 60 });
    app.useGlobalPipes(new ValidationPipe(PIPE));
  },
};

/** Below a prefix with exceptions, with versions in paths, and providers that stand around every route. */
const PREFIXED: Scenario = {
  name: 'prefixed',
  place: 'shared',
  providers: [
    { provide: APP_FILTER, useClass: ShopErrors },
    { provide: APP_GUARD, useClass: Limiter },
    { provide: APP_INTERCEPTOR, useClass: Wrapping },
  ],
  connections: (folder) => [
    {
      type: 'better-sqlite3',
      database: `${folder}/shop.sqlite`,
      autoLoadEntities: true,
      migrations: [ShopTables1700000000000],
      migrationsRun: true,
    },
  ],
  settle: (app) => {
    app.setGlobalPrefix('api', { exclude: ['health/ready', { path: 'verify', method: RequestMethod.GET }] });
    app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    app.useGlobalPipes(new ValidationPipe(PIPE));
    (app as NestExpressApplication).useBodyParser('json', { limit: 60 });
    (app as NestExpressApplication).useBodyParser('text', { limit: 30 });
  },
};

/** Its own parser, versions in a header, globals by methods, a gateway, and a second connection for Latchkey. */
const HEADER: Scenario = {
  name: 'header',
  place: { connectionName: 'tokens' },
  options: { bodyParser: false },
  hasGateway: true,
  connections: (_folder, postgres) => [
    // The shop brings its tables in line with its entities, in the database in which Latchkey's are.
    { type: 'postgres', url: postgres, synchronize: true },
    { type: 'postgres', url: postgres, name: 'tokens', migrationsRun: true },
  ],
  settle: (app) => {
    const express = app as NestExpressApplication;
    express
      .set('trust proxy', 'loopback')
      .set('etag', 'strong')
      .set('query parser', 'extended')
      .disable('x-powered-by');
    app.use(ownParser);
    app.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version', defaultVersion: '2' });
    app.useGlobalFilters(new ShopErrors(app.get(HttpAdapterHost)));
    app.useGlobalGuards(new Limiter());
    app.useGlobalInterceptors(new Wrapping());
  },
};

/** On Fastify, where Latchkey has guards and no routes. */
const FASTIFY: Scenario = {
  name: 'fastify',
  place: 'own',
  isFastify: true,
  providers: [
    { provide: APP_GUARD, useClass: Limiter },
    { provide: APP_INTERCEPTOR, useClass: Wrapping },
  ],
  connections: () => [MEMORY],
  settle: (app) => {
    app.setGlobalPrefix('api', { exclude: ['health/ready'] });
    app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    app.useGlobalPipes(new ValidationPipe(PIPE));
    app.enableCors();
  },
};

export const SCENARIOS: readonly Scenario[] = [OPEN, PREFIXED, HEADER, FASTIFY];
