import { describe, expect, it } from '@jest/globals';
import { isWithin, pathOf, withLiteralPath, withMergedSlashes } from './request-target.js';

describe('a target within a prefix', () => {
  it.each([
    '/api/v1',
    '/api/v1/',
    '/api/v1?x',
    '/api/v1/users',
    '/api/v1//users',
    '/api/v1/../x',
    'http://x/api/v1/users',
    'HTTPS://x:1/api/v1?y',
  ])('%s', (target) => {
    expect(isWithin(target, '/api/v1')).toBe(true);
  });
});

describe('a target that is not', () => {
  it.each([
    '//api/v1/users',
    '/api//v1/users',
    '/Api/v1/users',
    '/API/V1',
    '/%61pi/v1/users',
    '/api%2Fv1/users',
    '/x/../api/v1/users',
    '/./api/v1/users',
    '/api/v10',
    '/api/v1;x/users',
    '/api/v1%2Fusers',
    '/api/v1\\users',
    '/api/v1#/users',
    '\\api\\v1\\users',
    'api/v1/users',
    '*',
    '?/api/v1/users',
    'http://x//api/v1/users',
    'http://x/y?http://x/api/v1',
    'http:/api/v1/users',
    'ftp://x/api/v1/users',
    '',
  ])('%s', (target) => {
    expect(isWithin(target, '/api/v1')).toBe(false);
  });
});

describe('slashes', () => {
  it.each([
    ['/api/v1//users', '/api/v1/users'],
    ['/api/v1///users//1000?a=//b', '/api/v1/users/1000?a=//b'],
    ['/api/v1/users//', '/api/v1/users/'],
    ['http://x//y/api/v1//users', 'http://x//y/api/v1//users'],
    ['http://x/api/v1//users?a', '/api/v1/users?a'],
    ['/api/v1/users?a=//b', '/api/v1/users?a=//b'],
    ['/api/v1/%2F/users', '/api/v1/%2F/users'],
  ])('%s is routed as %s', (target, merged) => {
    expect(isWithin(target, '/api/v1') ? withMergedSlashes(target, '/api/v1') : target).toBe(merged);
  });

  it('at the beginning of a path are never merged', () => {
    expect(withMergedSlashes('//users', '')).toBe('//users');
  });
});

it('the path of a target is what comes before the query', () => {
  expect(['/a/b?c', 'http://x/a?b', '/a#b?c', '*'].map(pathOf)).toEqual(['/a/b', '/a', '/a#b', '*']);
});

it('characters that parsers misread are encoded in the path', () => {
  const targets = ['/a\\b', '/a#b?c#d', '/a?b\\c#d', '/a/b', 'http://x/a#b?c'];
  expect(targets.map(withLiteralPath)).toEqual(['/a%5Cb', '/a%23b?c#d', '/a?b\\c#d', '/a/b', '/a%23b?c']);
});

describe('characters that are encoded although they need not be', () => {
  it.each([
    ['/api/v1/users/%31000', '/api/v1/users/%2531000'],
    ['/api/v1/%75sers?a=%75', '/api/v1/%2575sers?a=%75'],
    ['/x/%2D%2e%5F%7e%7A%5a', '/x/%252D%252e%255F%257e%257A%255a'],
    ['/x/%20%2F%00%40%5B%60%7B%C3%A9', '/x/%20%2F%00%40%5B%60%7B%C3%A9'],
  ])('%s is routed as %s', (target, literal) => {
    expect(withLiteralPath(target)).toBe(literal);
  });
});
