/**
 * The host of the mount trial, with and without Latchkey: starts every scenario on a free port of its own, and prints
 * where. `mount-trial.ts` copies this folder into an application, in which the package has the place of the sources.
 */
import 'reflect-metadata';
import { Module, type INestApplication, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import type { AddressInfo, Server } from 'node:net';
import { gateway, socketAdapter } from './gateway.js';
import { Life, stamp } from './globals.js';
import { SCENARIOS, type Connection, type Scenario } from './scenarios.js';
import { EverythingModule, TABLES, shopModule } from './shop.js';

const { MOUNT_FOLDER: folder = '.', MOUNT_POSTGRES: postgres = '', MOUNT_WITH_LATCHKEY: isWith } = process.env;

/** By a name that is not followed by the compiler: this repository does not have it. */
const FASTIFY = ['@nestjs', 'platform-fastify'].join('/');

/** What is printed of each host. */
interface Mounted {
  readonly url: string;
  readonly token?: string;
  readonly account?: string;
}

/** The connections as the shop has them, and with Latchkey's entities and migrations in the one that is to have them. */
async function connections(scenario: Scenario): Promise<object[]> {
  const { place } = scenario;
  const added = isWith ? (await import('./latchkey.js')).ADDED : { entities: [], migrations: [] };
  const isOurs = ({ name }: Connection): boolean =>
    place === 'shared' ? name === undefined : typeof place === 'object' && name === place.connectionName;
  return scenario.connections(folder, postgres).map((each) => {
    const own = each.name === undefined && !each.autoLoadEntities ? TABLES : [];
    const migrations = (each.migrations ?? []) as TypeOrmModuleOptions['migrations'] & unknown[];
    const shared = isOurs(each) ? added : { entities: [], migrations: [] };
    return TypeOrmModule.forRoot({
      ...each,
      retryAttempts: 0,
      entities: [...own, ...shared.entities],
      migrations: [...migrations, ...shared.migrations],
    } as unknown as TypeOrmModuleOptions);
  });
}

async function rootOf(scenario: Scenario): Promise<new () => object> {
  const { place, isFastify = false, providers = [], hasWildcard, hasGateway } = scenario;
  const tokens = isWith ? [(await import('./latchkey.js')).latchkeyModule(place, isFastify)] : [];
  const gateways = hasGateway ? [await gateway()] : [];
  @Module({
    imports: [
      ...(await connections(scenario)),
      shopModule(),
      ...tokens,
      ...(hasWildcard ? [EverythingModule] : []),
    ] as (new () => object)[],
    providers: [Life, ...providers, ...gateways],
  })
  class HostModule {}
  return HostModule;
}

async function create(scenario: Scenario): Promise<INestApplication> {
  const options: NestApplicationOptions = { ...scenario.options, logger: ['error', 'warn'], abortOnError: false };
  const root = await rootOf(scenario);
  if (!scenario.isFastify) return NestFactory.create(root, options);
  const { FastifyAdapter } = (await import(FASTIFY)) as { FastifyAdapter: new () => never };
  return NestFactory.create(root, new FastifyAdapter(), options);
}

async function start(scenario: Scenario): Promise<Mounted> {
  const app = await create(scenario);
  app.get(Life).scenario = scenario.name;
  if (!scenario.isFastify) app.use(stamp);
  if (scenario.hasGateway) app.useWebSocketAdapter(await socketAdapter(app));
  scenario.settle(app);
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const access = isWith ? await (await import('./latchkey.js')).firstAccess(app) : {};
  return { url: `http://127.0.0.1:${String(port)}`, ...access };
}

async function startAll(): Promise<void> {
  const mounted: Record<string, Mounted> = {};
  for (const scenario of SCENARIOS) mounted[scenario.name] = await start(scenario);
  process.stdout.write(`mounted ${JSON.stringify(mounted)}\n`);
}

void startAll();
