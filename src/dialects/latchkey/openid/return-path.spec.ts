import { expect, it } from '@jest/globals';
import { returnPath } from './return-path.js';

it.each([
  ['', ''],
  ['tokens', 'tokens'],
  ['tokens?kind=service_token&q=a%2Fb', 'tokens?kind=service_token&q=a%2Fb'],
  ['./tokens/new', 'tokens/new'],
  ['a/../tokens', 'tokens'],
  ['tokens?next=https://evil.example', 'tokens?next=https://evil.example'],
  ['.//evil.example', 'evil.example'],
])('leads to a place in the console: %s', (given, expected) => {
  expect(returnPath(given)).toBe(expected);
});

it.each([
  ['https://evil.example'],
  ['//evil.example'],
  ['///evil.example'],
  ['\\\\evil.example'],
  ['/\\evil.example'],
  ['\t//evil.example'],
  ['/\t/evil.example'],
  ['http:\\\\evil.example'],
  ['https:evil.example'],
  ['javascript:alert(1)'],
  ['data:text/html,x'],
  ['/latchkey/v1/me'],
  ['../latchkey/v1/me'],
  ['%2e%2e/latchkey/v1/me'],
  ['..\\latchkey'],
  ['//console.invalid@evil.example/console/'],
  ['//user:password@console.invalid/console/'],
  ['x'.repeat(1001)],
])('leads nowhere else: %j', (given) => {
  expect(returnPath(given)).toBeUndefined();
});
