import { describe, expect, it } from '@jest/globals';
import { CredentialForms, Secret, type Credential, type CredentialForm, type HeaderForm } from '../core/index.js';
import { CredentialReader } from './credential-reader.js';

const form = (noun: string, inHeaders: HeaderForm): CredentialForm => ({
  noun,
  holder: 'services',
  kinds: [noun],
  secretPattern: 'x',
  isSecret: () => true,
  inHeaders,
});

/** Reads the values as one secret; "bad" cannot be one. */
const read = (values: readonly (string | undefined)[]): Credential | 'incomplete' | 'malformed' => {
  if (values.length === 0 || values.includes(undefined)) return 'incomplete';
  return values.includes('bad') ? 'malformed' : { secret: new Secret(values.join('+')) };
};

const PAIR = form('pair', {
  names: ['X-Id', 'X-Secret'],
  read: ([id, secret]) => read([id, secret]),
});
const KEY = form('key', { names: ['X-Key'], read });
const BEARER = form('bearer', {
  names: ['Authorization'],
  isUsedByApplications: true,
  takes: (value) => value.startsWith('Bearer '),
  read: ([value]) => read([value?.slice('Bearer '.length)]),
});
/** Has the header of another form, and accepts only what begins like an object. */
const OBJECT = form('object', {
  names: ['authorization'],
  isConfigured: true,
  takes: (value, isShared) => !isShared || value.startsWith('{'),
  read,
});

const reader = new CredentialReader(new CredentialForms([PAIR, KEY, BEARER, OBJECT]));

/** The noun of the form and the secret, of each that may be the credential, or why there is none. */
function readBy(by: CredentialReader, rawHeaders: string[]): string {
  const presented = by.read(rawHeaders);
  if ('reason' in presented) return presented.reason;
  const candidates = 'candidates' in presented ? presented.candidates : [presented];
  return candidates.map((each) => `${each.form.noun}: ${each.credential.secret.reveal()}`).join(' or ');
}

const readFrom = (...rawHeaders: string[]): string => readBy(reader, rawHeaders);

describe('the credential of a request', () => {
  it('is read from the headers of its form, in any case and order', () => {
    expect(readFrom('Host', 'a', 'x-key', 'k')).toBe('key: k');
    expect(readFrom('X-SECRET', 's', 'Accept', '*/*', 'x-id', 'i')).toBe('pair: i+s');
    expect(readFrom('AUTHORIZATION', 'Bearer t')).toBe('bearer: t');
  });

  it('is missing without such a header, also with others of the same length', () => {
    expect(readFrom()).toBe('missing');
    expect(readFrom('Y-Key', 'k', 'X-Keys', 'k', 'Cookie', 'x-key=k')).toBe('missing');
  });

  it('is not read from a value that is meant for no form', () => {
    expect(readFrom('Authorization', 'Basic dTpw')).toBe('missing');
    expect(readFrom('Authorization', 'Basic dTpw', 'X-Key', 'k')).toBe('key: k');
    expect(readFrom('Authorization', '')).toBe('missing');
  });

  it('in a header that two forms share is that of the form that takes the value', () => {
    expect(readFrom('Authorization', '{"a":1}')).toBe('object: {"a":1}');
    expect(readFrom('Authorization', 'Bearer {')).toBe('bearer: {');
    const withAnyValue = new CredentialReader(
      new CredentialForms([form('any', { names: ['authorization'], read }), OBJECT]),
    );
    expect(withAnyValue.read(['Authorization', '{"a":1}'])).toMatchObject({ form: { noun: 'object' } });
    expect(withAnyValue.read(['Authorization', 'x'])).toMatchObject({ form: { noun: 'any' } });
    const alone = new CredentialReader(new CredentialForms([OBJECT]));
    expect(alone.read(['Authorization', 'Bearer t'])).toMatchObject({ form: { noun: 'object' } });
  });

  it('conflicts with a second one, also of another form, and also if both are equal', () => {
    expect(readFrom('X-Key', 'k', 'X-Key', 'k')).toBe('conflicting');
    expect(readFrom('X-Key', 'k', 'x-key', '')).toBe('conflicting');
    expect(readFrom('X-Key', 'k', 'Authorization', '{}')).toBe('conflicting');
    expect(readFrom('Authorization', '{}', 'X-Id', 'i', 'X-Key', 'k', 'X-Secret', 's')).toBe('conflicting');
    expect(readFrom('X-Id', 'i', 'X-Secret', 's', 'X-Key', 'k')).toBe('conflicting');
    expect(readFrom('Authorization', 'Basic dTpw', 'Authorization', 'Bearer t')).toBe('conflicting');
  });

  it('conflicts if a part of it is absent', () => {
    expect(readFrom('X-Id', 'i')).toBe('conflicting');
    expect(readFrom('X-Secret', 's')).toBe('conflicting');
  });

  it('is malformed if its value cannot be valid, which a second one does not hide', () => {
    expect(readFrom('X-Key', 'bad')).toBe('malformed');
    expect(readFrom('X-Key', 'bad', 'X-Key', 'k')).toBe('conflicting');
  });

  it('is not read if there are so many headers that Node may have dropped some', () => {
    const others = (count: number): string[] => Array.from({ length: count }, () => ['Accept', '*/*']).flat();
    expect(readFrom(...others(998), 'X-Key', 'k')).toBe('key: k');
    expect(readFrom(...others(999), 'X-Key', 'k')).toBe('conflicting');
  });
});

describe('what applications use as well', () => {
  it('may belong to the application, beside a credential of another form', () => {
    expect(readFrom('Authorization', 'Bearer t', 'X-Key', 'k')).toBe('key: k or bearer: t');
    expect(readFrom('X-Secret', 's', 'Authorization', 'Bearer t', 'X-Id', 'i')).toBe('pair: i+s or bearer: t');
  });

  it('belongs to it if it cannot be a credential', () => {
    expect(readFrom('X-Key', 'k', 'Authorization', 'Bearer bad')).toBe('key: k');
    expect(readFrom('Authorization', 'Bearer bad')).toBe('malformed');
  });

  it('hides neither an incomplete nor a malformed credential, nor a repeated header', () => {
    expect(readFrom('X-Id', 'i', 'Authorization', 'Bearer t')).toBe('conflicting');
    expect(readFrom('X-Key', 'bad', 'Authorization', 'Bearer t')).toBe('malformed');
    expect(readFrom('X-Key', 'k', 'Authorization', 'Bearer t', 'Authorization', 'Bearer u')).toBe('conflicting');
  });
});

describe('a reader of some forms', () => {
  const some = new CredentialReader(new CredentialForms([PAIR, KEY, BEARER, OBJECT]), ({ noun }) =>
    ['pair', 'object'].includes(noun),
  );

  it('takes all others for the application, whatever is wrong with them', () => {
    expect(readBy(some, ['X-Key', 'k', 'X-Id', 'i', 'X-Key', 'k', 'X-Secret', 's'])).toBe('pair: i+s');
    expect(readBy(some, ['X-Key', 'k', 'Authorization', 'Bearer t'])).toBe('missing');
  });

  it('knows a value of another form in a header that both use', () => {
    expect(readBy(some, ['Authorization', 'Bearer t', 'X-Id', 'i', 'X-Secret', 's'])).toBe('pair: i+s');
    expect(readBy(some, ['Authorization', '{}', 'X-Id', 'i', 'X-Secret', 's'])).toBe('conflicting');
    expect(readBy(some, ['Authorization', 'Bearer t', 'Authorization', '{}'])).toBe('conflicting');
  });
});

describe('a reader of credentials', () => {
  it('supports as many headers as fit into a bit set, and distinguishes all of them', () => {
    const keys = (count: number): CredentialForms =>
      new CredentialForms(
        Array.from({ length: count }, (_, at) => form(`k${String(at)}`, { names: [`X-${String(at)}`], read })),
      );
    const most = new CredentialReader(keys(31));
    for (let at = 0; at < 31; at += 1) {
      expect(most.read([`x-${String(at)}`, 'k'])).toMatchObject({ form: { noun: `k${String(at)}` } });
    }
    expect(() => new CredentialReader(keys(32))).toThrow('more than 31 headers');
  });
});
