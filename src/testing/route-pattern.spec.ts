import { describe, expect, it } from '@jest/globals';
import { routeMatcher } from './route-pattern.js';

describe('a route', () => {
  it.each([
    ['/verify', 'GET /verify', true],
    ['/verify', 'POST /verify', true],
    ['/verify', 'GET /verify/', false],
    ['/verify', 'GET /Verify', false],
    ['/verify', 'GET /a/verify', false],
    ['* /verify', 'PUT /verify', true],
    ['POST /verify', 'POST /verify', true],
    ['POST /verify', 'GET /verify', false],
    ['/a/:id/b', 'GET /a/1/b', true],
    ['/a/:id/b', 'GET /a/1/2/b', false],
    ['/a/:id/b', 'GET /a//b', false],
    ['/a/*', 'GET /a/b', true],
    ['/a/*', 'GET /a/b/c', false],
    ['/a/**', 'GET /a/b/c', true],
    ['/a/**', 'GET /b/a/c', false],
    ['/a.b+(c)', 'GET /a.b+(c)', true],
    ['/a.b', 'GET /axb', false],
  ])('%s, for %s: %s', (route, request, matches) => {
    const [method = '', path = ''] = request.split(' ');
    expect(routeMatcher(route)({ method, path })).toBe(matches);
  });

  it('may be an expression for the method and the path, which begins anew each time', () => {
    const matches = routeMatcher(/^(GET|HEAD) \/a/g);
    for (let count = 0; count < 3; count += 1) expect(matches({ method: 'HEAD', path: '/a' })).toBe(true);
    expect(matches({ method: 'POST', path: '/a' })).toBe(false);
  });

  it.each(['', 'verify', 'get /verify', 'GET  /verify', 'GET /a b', 'GET'])('is not %j', (route) => {
    expect(() => routeMatcher(route)).toThrow(/is not a route: give a path that begins with "\/"/);
  });
});
