/** Every route in the router of the running application has a permission. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Application } from 'express';
import { PUBLIC, declaredRoutes, routesOf } from '../../src/http/index.js';
import { documentedOperations } from '../support/documented.js';
import { onBothEngines } from '../support/engines.js';
import { startInMount, startServer, type TestServer } from '../support/test-server.js';
import { OPERATIONS } from './authorisation/table.js';
import { DOCUMENTATION, PUBLIC_ROUTES } from './public-routes.js';

const expressOf = ({ app }: TestServer): Application => app.getHttpAdapter().getInstance() as Application;

const routed = (server: TestServer): string[] =>
  routesOf(expressOf(server)).map(({ method, path }) => `${method} ${path}`);

/** The routes that anyone may call. */
function publicRoutes(server: TestServer): string[] {
  const declared = declaredRoutes(expressOf(server));
  return routed(server).filter((route) => declared.get(route) === PUBLIC);
}

describe('the routes of the standalone server', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer('sqlite');
  });
  afterAll(() => server.close());

  it('all have a permission', () => {
    const declared = declaredRoutes(expressOf(server));
    const routes = routed(server);
    expect(routes.length).toBeGreaterThan(60);
    expect(routes.filter((route) => !declared.has(route))).toEqual([]);
  });

  it('are public only if they are listed', () => {
    const routes = publicRoutes(server).filter((route) => !DOCUMENTATION.test(route));
    expect(routes.sort()).toEqual([...PUBLIC_ROUTES].sort());
  });

  it('are public if and only if the authorisation matrix lets anyone call them', async () => {
    const documented = new Set(await documentedOperations());
    const routes = publicRoutes(server).filter((route) => documented.has(route));
    const inMatrix = [...OPERATIONS].filter(([, operations]) => operations.some(({ who }) => who === 'anyone'));
    expect(routes.sort()).toEqual(inMatrix.map(([label]) => label).sort());
  });
});

onBothEngines('the routes of Latchkey, standalone and in a host', (engine) => {
  it('all have a permission', async () => {
    const server = await startInMount(engine);
    const prefix = new RegExp(`^[A-Z]+ ${server.basePath}/(client|crmapi|api|oauth2)/`);
    const declared = declaredRoutes(expressOf(server));
    const routes = routed(server).filter((route) => prefix.test(route));
    await server.close();
    expect(routes.length).toBeGreaterThan(50);
    expect(routes.filter((route) => !declared.has(route))).toEqual([]);
  });
});
