/** The shared rooms contain no vendor's terms, so a dialect can be added or removed without changing them. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { getMetadataArgsStorage } from 'typeorm';
import type { Dialect } from '../../src/dialect-kit/index.js';
import { DIALECTS } from '../../src/dialects.js';
import { defaultsOf, describeSettings } from '../../src/settings/index.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/**
 * Rooms that hold one vendor each, or the list of them; tests issue the tokens of each vendor by its names, and the client
 * of a server elsewhere passes on what its callers present, without that server's dialects.
 */
const VENDORS = new Set(['dialects', 'dialects.ts', 'dialects.settings.ts', 'testing', 'client', 'client.ts']);

/** What the vendors' APIs call things, and the declarations of the dialects do not contain. */
const OTHER_WORDS = [
  'service token',
  'authentication code',
  'pass code',
  'pass_code',
  'organisation',
  'log_information',
  'x-auth-key',
  'x-auth-email',
  'client/v4',
  'crmapi',
  'api/v1',
];

/** Made from the settings of all dialects. */
const GENERATED = 'src/cli/settings-list.ts';

interface Exception {
  readonly file: string;
  readonly word: string;
  readonly reason: string;
}

const EXCEPTIONS: readonly Exception[] = [
  {
    file: 'src/persistence/migrations/1795219200000-initial-schema.ts',
    word: 'access_token',
    reason: 'a migration that was released is not changed',
  },
  {
    file: 'src/persistence/migrations/1796256000000-tokens-without-secret.ts',
    word: 'access_token',
    reason: 'it replaces what that migration has made',
  },
  {
    file: 'src/data-plane/oauth/token-parameter.ts',
    word: 'access_token',
    reason: 'the value of token_type_hint in RFC 7009 §2.1',
  },
  {
    file: 'src/standalone/docs-access.ts',
    word: 'private-token',
    reason: 'readers of the documentation may send the header that it offers to them',
  },
  {
    file: 'src/cli/invocation.ts',
    word: 'canvus',
    reason: 'the command for those who come from such a server, whose name has to be in the list of commands',
  },
  {
    file: 'src/cli/program.ts',
    word: 'canvus',
    reason: 'the command for those who come from such a server, whose name has to be in the list of commands',
  },
  {
    file: 'src/commands/index.ts',
    word: 'canvus',
    reason: 'the command for those who come from such a server, whose name has to be in the list of commands',
  },
];

/** Names, kinds of token, headers, variables, and what secrets begin with, in lower case. */
function wordsOf({ name, title, entities = [], credentials, settings }: Dialect): string[] {
  const { discriminatorValues } = getMetadataArgsStorage();
  const kinds = discriminatorValues
    .filter(({ target }) => (entities as unknown[]).includes(target))
    .map(({ value }) => value as unknown);
  const headers = (credentials?.forms({}) ?? []).flatMap(({ inHeaders }) => inHeaders?.names ?? []);
  const tables = [settings, credentials?.settings].flatMap((table) => table ?? []);
  const variables = tables.flatMap(describeSettings).flatMap(({ env }) => env ?? []);
  const prefixes = tables.flatMap((table) =>
    Object.values(defaultsOf(table)).filter((value) => String(value).endsWith('_')),
  );
  const words = [name, title, ...kinds, ...headers, ...variables, ...prefixes];
  return words.map((word) => String(word).toLowerCase());
}

/** A standard header, and our own name. */
const COMMON = new Set(['authorization', 'latchkey']);

const WORDS = [...new Set([...DIALECTS.flatMap(wordsOf), ...OTHER_WORDS])].filter((word) => !COMMON.has(word));

function sharedFiles(): string[] {
  const names = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => name.replaceAll(path.sep, '/'))
    .filter((name) => name.includes('/') && /(?<!\.spec)\.ts$/.test(name) && !VENDORS.has(name.split('/', 1)[0] ?? ''))
    .map((name) => `src/${name}`)
    .filter((name) => name !== GENERATED);
}

interface Found {
  readonly file: string;
  readonly word: string;
}

function vendorWords(file: string, text: string): Found[] {
  const lower = text.toLowerCase();
  return WORDS.filter((word) => lower.includes(word)).map((word) => ({ file, word }));
}

describe('the rooms that all dialects share', () => {
  const found = sharedFiles().flatMap((file) => vendorWords(file, readFileSync(path.join(ROOT, file), 'utf8')));
  const isException = ({ file, word }: Found): boolean =>
    EXCEPTIONS.some((exception) => exception.file === file && exception.word === word);

  it('contain no term of a vendor, apart from the exceptions', () => {
    expect(found.filter((each) => !isException(each))).toEqual([]);
  });

  it('contain every exception', () => {
    expect(
      EXCEPTIONS.filter(({ file, word }) => !found.some((each) => each.file === file && each.word === word)),
    ).toEqual([]);
  });

  it.each([
    ['a name', `if (dialect === 'canvus')`, 'canvus'],
    ['a title', '// as CRM.COM does', 'crm.com'],
    ['a kind', `kind: 'service_token'`, 'service_token'],
    ['a header', `headers['CF-Access-Client-Id']`, 'cf-access-client-id'],
    ['a header of a guard', `headers['x-auth-key']`, 'x-auth-key'],
    ['a variable', 'SERVICE_TOKEN_PREFIX', 'service_token_prefix'],
    ['what secrets begin with', `startsWith('lkst_')`, 'lkst_'],
  ])('are searched for %s', (_, text, word) => {
    expect(vendorWords('src/core/x.ts', text).map((each) => each.word)).toContain(word);
  });
});
