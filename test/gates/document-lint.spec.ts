/** The linters that readers of the OpenAPI documents use find no errors in them. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadNamedDocuments } from '../support/documented.js';

const LINTER = path.resolve(import.meta.dirname, '../../tools/lint-documents.js');

interface Findings {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** In a process of its own: Jest takes ten times as long to load the linters. */
function lint(documents: object): Findings {
  const { stdout, stderr, status } = spawnSync(process.execPath, [LINTER], {
    input: JSON.stringify(documents),
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Findings;
}

/**
 * Operations that take nothing from anybody, so that there is nothing to do wrong, and those that only lead browsers
 * elsewhere.
 */
const MEANT = [
  ['cloudflare', '/cdn-cgi/access/certs', '4XX'],
  ['canvus', '/api/v1/server-info', '4XX'],
  ['latchkey', '/latchkey/v1/session/openid', '2XX'],
  ['latchkey', '/latchkey/v1/session/openid/callback', '2XX'],
].map(
  ([name = '', address = '', status = '']) =>
    `${name}: Redocly operation-${status.toLowerCase()}-response: Operation must have at least one \`${status}\` ` +
    `response. (#/paths/${address.replaceAll('/', '~1')}/get/responses)`,
);

describe('the OpenAPI documents, by the recommended rules of Redocly and Spectral', () => {
  let found: Findings;

  beforeAll(async () => {
    const documents = await loadNamedDocuments();
    const { paths, ...rest } = documents.crm ?? { paths: {} };
    // Two of the faults that the documents once had, to see that both linters look.
    const wrong = {
      ...rest,
      servers: [],
      components: { securitySchemes: { 'Service token (Basic)': { type: 'http' } } },
    };
    found = lint({ ...documents, wrong: { ...wrong, paths } });
  });

  it('have no errors', () => {
    expect(found.errors.filter((error) => !error.startsWith('wrong:'))).toEqual([]);
    expect(found.errors.filter((error) => error.startsWith('wrong: Redocly'))).not.toEqual([]);
    expect(found.errors.filter((error) => error.startsWith('wrong: Spectral'))).not.toEqual([]);
  });

  it('have no warnings but those that are meant', () => {
    expect(found.warnings.filter((warning) => !warning.startsWith('wrong:'))).toEqual(MEANT);
  });
});
