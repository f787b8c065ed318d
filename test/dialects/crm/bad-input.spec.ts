/** Input that no client should send: always the envelope with an error that says why, nothing written or echoed. */
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import type { Reply } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import {
  ERROR,
  byCode,
  crmSuite,
  data,
  failure,
  make,
  storedButFailedLogins,
  unique,
  type Crm,
  type Members,
} from './support.js';

/** Every pass code that is sent; must never be repeated. */
const SENSITIVE = 'Sensitive-Sensitive';

interface Target {
  readonly path: string;
  /** A body that would be accepted with a login token. */
  readonly good: Members;
  /** Members that are texts, dotted when nested. */
  readonly texts: readonly string[];
}

const NAMED = { access_token_identifier: { authentication_code: 'known' } };
const SECRET = { identifier: 'known', pass_code: SENSITIVE };

const TARGETS: Target[] = [
  {
    path: 'authentication/token',
    good: { username: 'nobody@example.com', password: SENSITIVE, organisation: 'Acme' },
    texts: ['username', 'password', 'organisation', 'unit'],
  },
  { path: 'authentication/token/release', good: {}, texts: ['token'] },
  {
    path: 'access_tokens/show',
    good: { access_token_identifier: SECRET },
    texts: ['token', 'access_token_identifier.identifier', 'access_token_identifier.pass_code'],
  },
  { path: 'access_tokens/list', good: { number: 1 }, texts: ['token', 'life_cycle_state'] },
  { path: 'access_tokens/create', good: SECRET, texts: ['token', 'authentication_code', 'identifier', 'pass_code'] },
  {
    path: 'access_tokens/update',
    good: { ...NAMED, ...SECRET },
    texts: ['token', 'authentication_code', 'identifier', 'pass_code', 'access_token_identifier.authentication_code'],
  },
  {
    path: 'access_tokens/set_as_effective',
    good: NAMED,
    texts: ['token', 'access_token_identifier.authentication_code'],
  },
  {
    path: 'access_tokens/set_as_not_effective',
    good: NAMED,
    texts: ['token', 'access_token_identifier.authentication_code'],
  },
  {
    path: 'access_tokens/reset_pass_code',
    good: { authentication_code: 'known' },
    texts: ['token', 'authentication_code'],
  },
];

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const deepObject = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);

/** 4 MiB when decompressed. */
const BOMB = gzipSync(Buffer.alloc(4 * 1024 * 1024, ' '));

/** Not JSON objects in UTF-8, or too large to be read. */
const BAD_BODIES: [what: string, body: string | Buffer][] = [
  ['cut-off JSON', `{"token":"${SENSITIVE}"`],
  ['a form', `token=x&pass_code=${SENSITIVE}`],
  ['single quotes', `{'pass_code':'${SENSITIVE}'}`],
  ['two objects', '{}{}'],
  ['NaN', `{"number":NaN,"pass_code":"${SENSITIVE}"}`],
  ['a raw NUL in a string', '{"pass_code":"a\0b"}'],
  ['invalid UTF-8', Buffer.from('{"pass_code":"\xff\xfe","token":"\xc3("}', 'latin1')],
  ['UTF-16', Buffer.from('\ufeff{"pass_code":"x"}', 'utf16le')],
  ['XML', `<token>${SENSITIVE}</token>`],
  ['an array', `[{"pass_code":"${SENSITIVE}"}]`],
  ['a string', '"token"'],
  ['a number beyond the range of numbers', '1e400'],
  ['true', 'true'],
  ['null', 'null'],
  ['30,000 levels of arrays', deep(30_000)],
  ['60,000 open brackets', '['.repeat(60_000)],
  ['1 MiB', `{"pass_code":"${'x'.repeat(1024 * 1024)}"}`],
];

/** Not text, or text that cannot be stored. */
const BAD_TEXTS: [what: string, json: string][] = [
  ['a number', '7'],
  ['a number beyond the range of numbers', '1e400'],
  ['a number of 400 digits', '9'.repeat(400)],
  ['true', 'true'],
  ['an array of text', '["known"]'],
  ['an object', '{"length":1,"toString":"known"}'],
  ['10,000 levels of arrays', deep(10_000)],
  ['10,000 levels of objects', deepObject(10_000)],
  ['text with a NUL', '"known\\u0000"'],
  ['a lone high surrogate', '"known\\ud800"'],
  ['a lone low surrogate', '"\\udc00known"'],
  ['256 characters', `"${'x'.repeat(256)}"`],
  ['60,000 characters', `"${'x'.repeat(60_000)}"`],
];

/** The object with one member, which may be nested, replaced by the given JSON. */
function withMember(good: Members, name: string, json: string): string {
  const [head = '', tail] = name.split('.');
  const inner = tail === undefined ? json : withMember(good[head] as Members, tail, json);
  const members = Object.entries(good)
    .filter(([key]) => key !== head)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `{${[...members, `${JSON.stringify(head)}:${inner}`].join(',')}}`;
}

function expectRefused(crm: Crm, reply: Reply, error: string): string {
  const description = failure(reply, error);
  expect(reply.text.length).toBeLessThan(600);
  for (const secret of [SENSITIVE, ADMIN.password, String(crm.root.token), '$2', '.js:']) {
    expect(reply.text).not.toContain(secret);
  }
  return description;
}

crmSuite('bad input', (crm) => {
  let before: string;

  beforeAll(async () => {
    await make(crm.root, { authentication_code: 'known', identifier: 'known', pass_code: SENSITIVE });
    before = await storedButFailedLogins(crm.server);
  });

  const nothingWritten = async (): Promise<void> => {
    expect(await storedButFailedLogins(crm.server)).toEqual(before);
  };

  describe.each(TARGETS)('POST $path', ({ path, good, texts }) => {
    const body = (): Members => (path === 'authentication/token' ? good : { token: crm.root.token, ...good });

    it('refuses bodies that are not JSON objects', async () => {
      await eachAtOnce(BAD_BODIES, async ([, text]) => {
        expectRefused(crm, await crm.root.postText(path, text), ERROR.request);
      });
      await nothingWritten();
    });

    it('refuses values that are not text', async () => {
      await eachAtOnce(BAD_TEXTS, async ([, json]) => {
        for (const name of texts) {
          const reply = await crm.root.postText(path, withMember(body(), name, json));
          const description = expectRefused(crm, reply, name === 'token' ? ERROR.token : ERROR.invalid);
          expect(description).toContain(name === 'token' ? '' : (name.split('.').at(-1) ?? ''));
        }
      });
      await nothingWritten();
    });

    it('ignores members that all objects inherit', async () => {
      const error = path === 'authentication/token' ? ERROR.missing : ERROR.token;
      await eachAtOnce(['__proto__', 'constructor', 'prototype', 'toString'], async (name) => {
        expectRefused(crm, await crm.root.postText(path, `{${JSON.stringify(name)}:${JSON.stringify(body())}}`), error);
      });
      await nothingWritten();
      expect(({} as { token?: string }).token).toBeUndefined();
    });

    it('refuses bodies in an unreadable encoding', async () => {
      const bodies: [string, string | Buffer][] = [
        ['no-such-encoding', '{}'],
        ['gzip', 'not gzip'],
        ['gzip', BOMB],
      ];
      for (const [encoding, text] of bodies) {
        const reply = await crm.root.postText(path, text, { headers: { 'Content-Encoding': encoding } });
        expectRefused(crm, reply, ERROR.request);
      }
      await nothingWritten();
    });
  });

  describe('access_token_identifier', () => {
    it.each(['show', 'update', 'set_as_effective', 'set_as_not_effective'])(
      'in %s: ignores members of a prototype',
      async (method) => {
        for (const name of ['__proto__', 'constructor']) {
          const text = `{"token":"${String(crm.root.token)}","access_token_identifier":{"${name}":{"authentication_code":"known"}}}`;
          expectRefused(crm, await crm.root.postText(`access_tokens/${method}`, text), ERROR.semiOptional);
        }
        await nothingWritten();
      },
    );

    it('ignores unknown members, however deep', async () => {
      const text = withMember({ token: crm.root.token, ...NAMED }, 'unknown', deep(10_000));
      expect(data(await crm.root.postText('access_tokens/show', text))).toMatchObject({ identifier: 'known' });
      const nested = { token: crm.root.token, access_token_identifier: { authentication_code: 'known' } };
      const inner = withMember(nested, 'access_token_identifier.unknown', deepObject(5_000));
      expect(data(await crm.root.postText('access_tokens/show', inner))).toMatchObject({ identifier: 'known' });
    });

    it('uses the last of repeated members, as JSON parsers do', async () => {
      const text = `{"token":"x","token":"${String(crm.root.token)}","access_token_identifier":"x","access_token_identifier":{"authentication_code":"known"}}`;
      expect(data(await crm.root.postText('access_tokens/show', text))).toMatchObject({ identifier: 'known' });
    });
  });

  describe('addresses', () => {
    const QUERIES: [what: string, query: string, error: string][] = [
      ['undecodable text', 'access_token_identifier=%zz', ERROR.invalid],
      ['bytes that are not UTF-8', 'access_token_identifier=authentication_code=%ff%fe', ERROR.notFound],
      ['a NUL', 'access_token_identifier=authentication_code=known%00', ERROR.invalid],
      ['256 characters', `access_token_identifier=authentication_code=${'x'.repeat(256)}`, ERROR.invalid],
      ['brackets', 'access_token_identifier[authentication_code]=known', ERROR.missing],
      ['deep JSON', `access_token_identifier=${deep(2_000)}`, ERROR.invalid],
      ['deep JSON in an object', `access_token_identifier=${deepObject(1_500)}`, ERROR.semiOptional],
      [
        'a prototype in JSON',
        'access_token_identifier={"__proto__":{"authentication_code":"known"}}',
        ERROR.semiOptional,
      ],
      ['a prototype', 'access_token_identifier=__proto__=known', ERROR.semiOptional],
      ['a number in JSON', 'access_token_identifier={"authentication_code":7}', ERROR.invalid],
      ['1,000 parameters', 'a=b&'.repeat(1_500), ERROR.missing],
    ];

    it('refuses invalid identifiers', async () => {
      await eachAtOnce(QUERIES, async ([, query, error]) => {
        expectRefused(crm, await crm.root.get('access_tokens/show', query.replaceAll('"', '%22')), error);
      });
      await nothingWritten();
    });

    it('refuses a token in another form', async () => {
      const tokens = ['token=x&token=y', 'token[]=x', '__proto__[token]=x', 'token=%00', `token=${'A'.repeat(10_000)}`];
      await eachAtOnce(tokens, async (query) => {
        expectRefused(crm, await crm.anonymous.get('access_tokens/list', `${query}&number=1`), ERROR.token);
      });
    });
  });

  it('does not repeat a pass code in any error that it causes', async () => {
    const { root } = crm;
    const named = { access_token_identifier: { identifier: unique('nobody'), pass_code: SENSITIVE } };
    const members = { ...named, identifier: 'known', pass_code: SENSITIVE, fields_set: 7, life_cycle_state: SENSITIVE };
    const paths = TARGETS.map(({ path }) => path).filter((path) => path.startsWith('access_tokens'));
    await eachAtOnce(paths, async (path) => {
      for (const more of [{}, { fields_set: undefined }, byCode('known')]) {
        const { text } = await root.post(path, { ...members, number: 'x', ...more });
        expect(text).not.toContain(SENSITIVE);
      }
    });
  });
});
