import { describe, expect, it } from '@jest/globals';
import {
  PreparedAddress,
  anchorsOf,
  canonicalHost,
  canonicalPath,
  moreSpecific,
  readAddress,
  readDomain,
} from './address-pattern.js';

describe('an address', () => {
  it.each<[text: string, host: string, path: string, anchor: string]>([
    ['app.example.com', 'app.example.com', '', 'app.example.com'],
    ['APP.Example.com/', 'app.example.com', '', 'app.example.com'],
    ['app.example.com/Admin', 'app.example.com', '/Admin', 'app.example.com'],
    ['app.example.com/a/b/', 'app.example.com', '/a/b', 'app.example.com'],
    ['app.example.com/caf%C3%A9', 'app.example.com', '/café', 'app.example.com'],
    ['*.example.com/a*', '*.example.com', '/a*', 'example.com'],
    ['test-*.x.example.com', 'test-*.x.example.com', '', 'x.example.com'],
    ['bücher.example', 'xn--bcher-kva.example', '', 'xn--bcher-kva.example'],
    ['localhost', 'localhost', '', 'localhost'],
  ])('is read from %s', (text, host, path, anchor) => {
    expect(readAddress(text)).toEqual({ host, path, anchor });
  });

  it.each([
    '',
    '/admin',
    'https://app.example.com',
    'app.example.com:8443',
    'app.example.com?x=1',
    'app.example.com/a#b',
    'user@example.com',
    'app .example.com',
    '-a.example.com',
    '.example.com',
    'a..example.com',
    '*',
    'example.*',
    '*a*.example.com',
    'example.com/a*b*c',
    'example.com//a',
    'example.com/../a',
    'example.com/%2e%2e/a',
    'example.com/a%2fb',
    'example.com/a;b',
    `${'a'.repeat(64)}.example.com`,
    `${'a.'.repeat(126)}com`,
    `example.com/${'a'.repeat(1001)}`,
  ])('is not %j', (text) => {
    expect(readAddress(text)).toEqual({ flaw: expect.any(String) });
  });
});

it.each([
  ['Example.COM', 'example.com'],
  ['*.example.com', undefined],
  ['example.com/a', undefined],
  ['', undefined],
])('the domain in %s is %s', (text, expected) => {
  expect(readDomain(text)).toBe(expected);
});

describe('a pattern', () => {
  const matches = (text: string, host: string, path: string): boolean => {
    const pattern = readAddress(text);
    if ('flaw' in pattern) throw new Error(pattern.flaw);
    const prepared = new PreparedAddress(pattern);
    return prepared.matchesHost(host) && prepared.matchesPath(path);
  };

  it.each<[pattern: string, host: string, path: string]>([
    ['example.com', 'example.com', '/'],
    ['example.com', 'example.com', '/any/path'],
    ['example.com/a', 'example.com', '/a'],
    ['example.com/a', 'example.com', '/a/'],
    ['example.com/a', 'example.com', '/a/b'],
    ['example.com/a*', 'example.com', '/abc/d'],
    ['example.com/*/x', 'example.com', '/a/x'],
    ['example.com/a/*', 'example.com', '/a/b/c'],
    ['*.example.com', 'a.example.com', '/'],
    ['a*.example.com', 'abc.example.com', '/'],
    ['a*.example.com', 'a.example.com', '/'],
    ['example.com/(a+b)$', 'example.com', '/(a+b)$'],
  ])('%s matches %s%s', (pattern, host, path) => {
    expect(matches(pattern, host, path)).toBe(true);
  });

  it.each<[pattern: string, host: string, path: string]>([
    ['example.com', 'a.example.com', '/'],
    ['example.com', 'exampleXcom', '/'],
    ['example.com/a', 'example.com', '/'],
    ['example.com/a', 'example.com', '/ab'],
    ['example.com/a', 'example.com', '/A'],
    ['example.com/a/*', 'example.com', '/a'],
    ['example.com/*/x', 'example.com', '/a/b/x'],
    ['*.example.com', 'example.com', '/'],
    ['*.example.com', 'a.b.example.com', '/'],
    ['*.example.com', '.example.com', '/'],
  ])('%s does not match %s%s', (pattern, host, path) => {
    expect(matches(pattern, host, path)).toBe(false);
  });

  it('is more specific by its path, then by its host', () => {
    const patterns = ['*.example.com', 'a.example.com', '*.example.com/admin', 'a*.example.com', 'a.example.com/adm'];
    const read = patterns.map((text) => readAddress(text) as { host: string; path: string });
    expect(read.sort(moreSpecific).map(({ host, path }) => host + path)).toEqual([
      '*.example.com/admin',
      'a.example.com/adm',
      'a.example.com',
      'a*.example.com',
      '*.example.com',
    ]);
  });
});

describe('the path of a request', () => {
  it.each([
    ['/a/b?c=/../d', '/a/b'],
    ['/caf%C3%A9', '/café'],
    ['/.well-known/x', '/.well-known/x'],
    ['/', '/'],
  ])('%s is %s', (target, expected) => {
    expect(canonicalPath(target)).toBe(expected);
  });

  it.each([
    '',
    '*',
    'a',
    '//a',
    '/a//b',
    '/a/../b',
    '/a/.',
    '/a/%2e%2e/b',
    '/a%2Fb',
    '/a\\b',
    '/a%5cb',
    '/a;b',
    '/%zz',
    '/%252e',
  ])('%s may be read differently', (target) => {
    expect(canonicalPath(target)).toBeUndefined();
  });
});

it.each([
  ['A.Example.com:8443', 'a.example.com'],
  ['a.example.com.', 'a.example.com'],
])('the host %s is %s', (host, expected) => {
  expect(canonicalHost(host)).toBe(expected);
});

it('finds the patterns of a host by the domains above it', () => {
  expect(anchorsOf('a.b.com')).toEqual(['a.b.com', 'b.com', 'com']);
});
