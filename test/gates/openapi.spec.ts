import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Validator } from '@seriousme/openapi-schema-validator';
import { documents } from '../../src/standalone/docs.js';
import { PRODUCT_VERSION } from '../../src/version.js';
import { exampleFaults } from '../support/documented.js';
import type { Schema } from '../support/response-schema.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';

interface Exemplified {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface Parameter extends Exemplified {
  name: string;
  description?: string;
  schema: Schema;
}

interface Operation {
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  responses: Record<string, { content?: Record<string, Exemplified>; description?: string; headers?: object }>;
  security?: Record<string, unknown>[];
}

/** Operations that need no credentials, by dialect. */
const PUBLIC: Record<string, string[]> = {
  canvus: ['get /api/v1/server-config', 'get /api/v1/server-info', 'post /api/v1/users/login'],
  cloudflare: ['get /cdn-cgi/access/certs'],
  crm: [],
  'data-plane': [],
  latchkey: [
    'get /latchkey/v1/problems',
    'get /latchkey/v1/session/openid',
    'get /latchkey/v1/session/openid/callback',
    'get /latchkey/v1/session/ways',
    'post /latchkey/v1/session',
  ],
};

/** Answers that are not JSON. */
const TEXTS: Record<string, string> = {
  'get /api/v1/audit-log/export-csv 200': 'text/csv',
  'get /latchkey/v1/audit/export.csv 200': 'text/csv',
  'post /latchkey/v1/server/backup 200': 'application/vnd.sqlite3',
  'get /latchkey/v1/tokens/export.csv 200': 'text/csv',
  'get /latchkey/v1/events 200': 'text/event-stream',
};

/** The minimum number of operations and of kinds of body: a document that has become empty is wrong. */
const LEAST: Record<string, { operations: number; inputs: number }> = {
  'data-plane': { operations: 3, inputs: 1 },
  latchkey: { operations: 14, inputs: 7 },
};
const leastOf = (name: string): { operations: number; inputs: number } => LEAST[name] ?? { operations: 11, inputs: 3 };

/** Errors of our own API are problems of RFC 9457. */
const jsonTypeOf = (name: string, status: string): string =>
  name === 'latchkey' && Number(status) >= 400 ? 'application/problem+json' : 'application/json';

/** Answers without a body: everything is in their headers. */
const BODILESS = [
  'get /verify: 200',
  'get /latchkey/v1/session/openid: 302',
  'get /latchkey/v1/session/openid/callback: 302',
];

const DIALECTS = Object.keys(PUBLIC);

/** The accounts that the examples name as they are made. */
const EXAMPLE_ACCOUNTS = /023e105f4ecef8ad9ca31a8372d0c353|3f9c1c6e0d0b4b7b9d8e2a5c7f1e4d60/g;

/** Every example in the document. */
function examplesOf({ schema, example = schema?.example, examples = {} }: Exemplified): unknown[] {
  return [...(example === undefined ? [] : [example]), ...Object.values(examples).map(({ value }) => value)];
}

/** For optional parameters with these values, Swagger UI sends nothing. */
const isNothing = (example: unknown): boolean => example === '' || (Array.isArray(example) && example.length === 0);

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

describe('the OpenAPI document', () => {
  let server: TestServer;
  let made: Awaited<ReturnType<typeof documents>>;

  beforeAll(async () => {
    server = await startServer('sqlite');
    made = await documents(server.app);
  });
  afterAll(() => server.close());

  /** Made once each: that takes long. No test changes them. */
  const kept = new Map<string, OpenAPIObject>();

  const document = (name: string): OpenAPIObject => {
    const make = made[name];
    if (!make) throw new Error(`there is no document of ${name}`);
    const one = kept.get(name) ?? make();
    kept.set(name, one);
    return one;
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
    const names = Object.keys(made);
    expect(names.sort()).toEqual([...DIALECTS].sort());
    const init = await (await fetch(`${server.baseUrl}/docs/swagger-ui-init.js`)).text();
    for (const name of names) {
      const served = await fetch(`${server.baseUrl}/docs/${name}.json`);
      const made = JSON.stringify(document(name)).replaceAll(EXAMPLE_ACCOUNTS, ACCOUNT.id);
      expect(await served.json()).toEqual(
        JSON.parse(name === 'data-plane' || name === 'canvus' ? JSON.stringify(document(name)) : made),
      );
      expect(init).toContain(`docs/${name}.json`);
    }
  });

  it('can also be reached from /docs/, by an address that browsers do not keep', async () => {
    const first = await fetch(`${server.baseUrl}/docs/?urls.primaryName=Canvus`, { redirect: 'manual' });
    expect(first.status).toBe(302);
    const reply = await fetch(`${server.baseUrl}/docs/?urls.primaryName=Canvus`);
    expect([reply.status, reply.url]).toEqual([200, `${server.baseUrl}/docs?urls.primaryName=Canvus`]);
  });

  it.each(DIALECTS)('of %s names every operation once, as a function', (name) => {
    const ids = Object.values(document(name).paths).flatMap((item) =>
      Object.values(item as Record<string, { operationId?: string }>).map(({ operationId = '' }) => operationId),
    );
    expect(ids.filter((id) => !/^[a-z]+([A-Z][a-z0-9]*)*$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(DIALECTS)(
    'of %s introduces the API, describes its groups, and says where it is and by what licence',
    (name) => {
      const { info, servers, tags = [], paths } = document(name);
      for (const section of ['Authentication', 'Errors', 'Paging', 'Ids'])
        expect(info.description).toContain(`### ${section}`);
      expect([info.license?.name, servers?.map(({ url }) => url)]).toEqual(['MIT', ['/']]);
      const used = Object.values(paths).flatMap(({ get, post, put, patch, delete: remove }) =>
        [get, post, put, patch, remove].flatMap((operation) => operation?.tags ?? []),
      );
      const described = tags.filter(({ description }) => description).map((tag) => tag.name);
      expect([...new Set(used)].filter((tag) => !described.includes(tag))).toEqual([]);
    },
  );

  it.each(DIALECTS)('of %s has lists ahead of what needs the ids in them', (name) => {
    const [, address = ''] = (operations(name).find(([label]) => label.startsWith('get ')) ?? [''])[0].split(' ');
    expect(address.endsWith('}')).toBe(false);
    const items = Object.values(document(name).paths).map((item) => Object.keys(item));
    expect(items.filter((methods) => methods.includes('get') && methods[0] !== 'get')).toEqual([]);
  });

  it('names the first account of the server in its examples, where a dialect has accounts', async () => {
    for (const name of ['cloudflare', 'crm']) {
      const text = await (await fetch(`${server.baseUrl}/docs/${name}.json`)).text();
      expect(text).toContain(ACCOUNT.id);
      expect(text).not.toMatch(EXAMPLE_ACCOUNTS);
    }
  });

  it('keeps what is only for a change out of the body that creates a service token', () => {
    const { schemas = {} } = document('cloudflare').components ?? {};
    const members = (schema: string): string[] => Object.keys((schemas[schema] as { properties: object }).properties);
    expect(members('NewServiceTokenInput').sort()).toEqual(['duration', 'enabled', 'name']);
    expect(members('ServiceTokenPatchInput')).toContain('client_secret_version');
  });

  it('takes any part of the settings in the change of server-config', () => {
    const { schemas = {} } = document('canvus').components ?? {};
    expect((schemas.ServerConfigInput as { required?: string[] }).required ?? []).toEqual([]);
  });

  it.each(DIALECTS)('of %s is valid OpenAPI', async (name) => {
    const { valid, errors } = await new Validator().validate(
      JSON.parse(JSON.stringify(document(name))) as Record<string, unknown>,
    );
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it.each(DIALECTS)('of %s summarises and describes every operation', (name) => {
    const all = operations(name);
    expect(all.length).toBeGreaterThanOrEqual(leastOf(name).operations);
    const silent = all.filter(([, { summary, description }]) => !summary || !description);
    expect(silent.map(([label]) => label)).toEqual([]);
  });

  it.each(DIALECTS)('of %s describes every parameter', (name) => {
    const vague = operations(name).flatMap(([label, { parameters = [] }]) =>
      parameters
        .filter(({ description, schema }) => !description || !schema.type)
        .map((parameter) => `${label}: ${parameter.name}`),
    );
    expect(vague).toEqual([]);
  });

  it.each(DIALECTS)('of %s gives every parameter an example that can be sent, unless it is a choice', (name) => {
    const faults = operations(name).flatMap(([label, { parameters = [] }]) =>
      parameters.flatMap((parameter) => {
        const { schema } = parameter;
        const given = examplesOf(parameter).filter((example) => !isNothing(example));
        const isChoice = schema.enum !== undefined || schema.type === 'boolean';
        const wrong = given.flatMap((example) => exampleFaults(example, schema, document(name)));
        return [...(given.length > 0 || isChoice ? [] : ['no example']), ...wrong].map(
          (fault) => `${label}: ${parameter.name}: ${fault}`,
        );
      }),
    );
    expect(faults).toEqual([]);
  });

  it.each(DIALECTS)('of %s gives every kind of JSON answer an example, which is as documented', (name) => {
    const made = document(name);
    const faults = operations(name).flatMap(([label, { responses }]) =>
      Object.entries(responses).flatMap(([status, { content = {} }]) => {
        const { schema, ...answer } = content['application/json'] ?? {};
        if (!schema) return [];
        const given = examplesOf(answer);
        const wrong = given.flatMap((example) => exampleFaults(example, schema, made));
        const bare = (schema.anyOf ?? [schema]).filter((kind) =>
          given.every((example) => exampleFaults(example, kind, made).length > 0),
        );
        return [...wrong, ...bare.map((kind) => `no example of ${JSON.stringify(kind)}`)].map(
          (fault) => `${label}: ${status}: ${fault}`,
        );
      }),
    );
    expect(faults).toEqual([]);
  });

  it.each(DIALECTS)('of %s gives the type of every member of a request, so that its examples can be sent', (name) => {
    const schemas = Object.entries(document(name).components?.schemas ?? {}).filter(([schema]) =>
      schema.endsWith('Input'),
    );
    expect(schemas.length).toBeGreaterThanOrEqual(leastOf(name).inputs);
    const vague = schemas.flatMap(([schema, definition]) =>
      Object.entries('properties' in definition ? (definition.properties ?? {}) : {})
        .filter(([, member]) => !('$ref' in member) && (!member.type || (member.type === 'object' && !member.example)))
        .map(([member]) => `${schema}.${member}`),
    );
    // A reference that is nullable or has its own description is written as allOf.
    expect(vague.filter((member) => member !== 'NamedInput.access_token_identifier')).toEqual([]);
  });

  it.each(DIALECTS)('of %s gives every operation a success, and every answer a schema and a description', (name) => {
    const faults = operations(name).flatMap(([label, { responses }]) => {
      const answers = Object.entries(responses);
      const bare = answers.filter(
        ([status, { content, description }]) =>
          !description ||
          (!content?.[TEXTS[`${label} ${status}`] ?? jsonTypeOf(name, status)]?.schema &&
            status !== '204' &&
            !BODILESS.includes(`${label}: ${status}`)),
      );
      return [
        ...(answers.some(([status]) => /^(2\d\d|302)$/.test(status)) ? [] : [`${label}: no success`]),
        ...bare.map(([status]) => `${label}: ${status} has no schema or no description`),
      ];
    });
    expect(faults).toEqual([]);
  });

  it('of the data plane holds /verify, with the headers that it sends and the credentials that it takes', async () => {
    const [, verify] = operations('data-plane').find(([label]) => label === 'get /verify') ?? [];
    const asked = await fetch(`${server.baseUrl}/verify?kind=personal_token`, {
      headers: { 'Private-Token': ADMIN.token },
    });
    const sent = [...asked.headers.keys()].filter((header) => /^(latchkey|cache)/.test(header)).sort();
    expect(
      Object.keys(verify?.responses['200']?.headers ?? {})
        .map((header) => header.toLowerCase())
        .sort(),
      // This one is only sent for an application.
    ).toEqual(['cf-access-jwt-assertion', ...sent].sort());
    const { securitySchemes = {} } = document('data-plane').components ?? {};
    const names = (verify?.security ?? []).flatMap((requirement) => Object.keys(requirement));
    expect(names.filter((name) => !(name in securitySchemes))).toEqual([]);
    expect(names).toHaveLength(6);
  });

  it.each(DIALECTS)('of %s says of every operation that it is public, or that it answers 401', (name) => {
    const isPublic = ({ security }: Operation): boolean =>
      security?.length === 0 || security?.some((requirement) => Object.keys(requirement).length === 0) === true;
    const undecided = operations(name).filter(([, operation]) => !isPublic(operation) && !operation.responses['401']);
    expect(undecided.map(([label]) => label)).toEqual([]);
    const open = operations(name).filter(([, operation]) => isPublic(operation));
    expect(open.map(([label]) => label).sort()).toEqual(PUBLIC[name]);
  });
});
