import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { documents } from '../../src/docs.js';
import { PRODUCT_VERSION } from '../../src/version.js';
import { startServer, type TestServer } from '../support/test-server.js';

interface Operation {
  summary?: string;
  responses: Record<string, { content?: Record<string, { schema?: unknown }>; description?: string }>;
  security?: Record<string, unknown>[];
}

/** Operations that need no credentials, by dialect. */
const PUBLIC: Record<string, string[]> = {
  canvus: ['get /api/v1/server-config', 'get /api/v1/server-info', 'post /api/v1/users/login'],
  cloudflare: [],
  crm: [],
  'data-plane': [],
};

/** Answers that are no JSON. */
const TEXTS: Record<string, string> = { 'get /api/v1/audit-log/export-csv 200': 'text/csv' };

const DIALECTS = Object.keys(PUBLIC);

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

describe('the OpenAPI document', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer('sqlite');
  });
  afterAll(() => server.close());

  const document = (name: string): OpenAPIObject => {
    const make = documents(server.app)[name];
    if (!make) throw new Error(`there is no document of ${name}`);
    return make();
  };

  const operations = (name: string): [label: string, operation: Operation][] =>
    Object.entries(document(name).paths).flatMap(([address, item]) =>
      Object.entries(item)
        .filter(([method]) => METHODS.includes(method))
        .map(([method, operation]): [string, Operation] => [`${method} ${address}`, operation as Operation]),
    );

  it.each(DIALECTS)('of %s changes only on purpose', (name) => {
    const text = JSON.stringify(document(name)).replaceAll(PRODUCT_VERSION, 'PRODUCT_VERSION');
    expect(JSON.parse(text)).toMatchSnapshot();
  });

  it('is served for every dialect as it is made, and listed by Swagger UI', async () => {
    const names = Object.keys(documents(server.app));
    expect(names.sort()).toEqual(DIALECTS);
    const init = await (await fetch(`${server.baseUrl}/docs/swagger-ui-init.js`)).text();
    for (const name of names) {
      const served = await fetch(`${server.baseUrl}/docs/${name}.json`);
      expect(await served.json()).toEqual(JSON.parse(JSON.stringify(document(name))));
      expect(init).toContain(`docs/${name}.json`);
    }
  });

  it.each(['/', '/docs/'])('is found from %s as well', async (address) => {
    const reply = await fetch(`${server.baseUrl}${address}?urls.primaryName=crm`);
    expect([reply.status, reply.url]).toEqual([200, `${server.baseUrl}/docs?urls.primaryName=crm`]);
  });

  it.each(DIALECTS)('of %s summarises every operation', (name) => {
    const all = operations(name);
    expect(all.length).toBeGreaterThan(name === 'data-plane' ? 1 : 10);
    expect(all.filter(([, { summary }]) => !summary).map(([label]) => label)).toEqual([]);
  });

  it.each(DIALECTS)('of %s tells the type of every member of a request, so that its examples can be sent', (name) => {
    const schemas = Object.entries(document(name).components?.schemas ?? {}).filter(([schema]) =>
      schema.endsWith('Input'),
    );
    expect(schemas.length).toBeGreaterThan(name === 'data-plane' ? 0 : 2);
    const vague = schemas.flatMap(([schema, definition]) =>
      Object.entries('properties' in definition ? (definition.properties ?? {}) : {})
        .filter(([, member]) => !('$ref' in member) && (!member.type || (member.type === 'object' && !member.example)))
        .map(([member]) => `${schema}.${member}`),
    );
    // A reference that may be null, or that has words of its own, is written as allOf.
    expect(vague.filter((member) => member !== 'NamedInput.access_token_identifier')).toEqual([]);
  });

  it.each(DIALECTS)('of %s gives every operation a success, and every answer a schema and words', (name) => {
    const faults = operations(name).flatMap(([label, { responses }]) => {
      const answers = Object.entries(responses);
      const bare = answers.filter(
        ([status, { content, description }]) =>
          !content?.[TEXTS[`${label} ${status}`] ?? 'application/json']?.schema || !description,
      );
      return [
        ...(answers.some(([status]) => /^2\d\d$/.test(status)) ? [] : [`${label}: no success`]),
        ...bare.map(([status]) => `${label}: ${status} has no schema or no description`),
      ];
    });
    expect(faults).toEqual([]);
  });

  it.each(DIALECTS)('of %s says of every operation that it is public, or that it answers 401', (name) => {
    const isPublic = ({ security = [] }: Operation): boolean =>
      security.some((requirement) => Object.keys(requirement).length === 0);
    const undecided = operations(name).filter(([, operation]) => !isPublic(operation) && !operation.responses['401']);
    expect(undecided.map(([label]) => label)).toEqual([]);
    const open = operations(name).filter(([, operation]) => isPublic(operation));
    expect(open.map(([label]) => label).sort()).toEqual(PUBLIC[name]);
  });
});
