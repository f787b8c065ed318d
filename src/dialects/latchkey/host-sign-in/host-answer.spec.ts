import { describe, expect, it } from '@jest/globals';
import { readAnswer } from './host-answer.js';
import type { HostAnswer } from './host-sign-in.js';

const NOW = new Date('2026-01-31T12:00:00Z');
const LATER = new Date(NOW.getTime() + 1);

const read = (answer: unknown): unknown => readAnswer(answer as HostAnswer, NOW);

describe('the answer of a host about who is signed in', () => {
  it.each([
    ['ann', { user: 'ann', expiresAt: null, scopes: null }],
    [7, { user: '7', expiresAt: null, scopes: null }],
    [
      { user: 7, expiresAt: LATER },
      { user: '7', expiresAt: LATER, scopes: null },
    ],
    [
      { user: 'ann', scopes: ['b', 'a', 'b'] },
      { user: 'ann', expiresAt: null, scopes: ['a', 'b'] },
    ],
  ])('%j names somebody', (answer, expected) => {
    expect(read(answer)).toEqual(expected);
  });

  it.each([[null], [undefined], [{ user: 'ann', expiresAt: NOW }]])('%j names nobody', (answer) => {
    expect(read(answer)).toBeNull();
  });

  it.each([
    ['', 'must return the id of a user'],
    [true, 'must return the id of a user'],
    [{}, 'must return the id of a user'],
    [{ user: null }, 'must return the id of a user'],
    [{ user: '' }, 'must return the id of a user'],
    [1.5, 'must return the id of a user'],
    [2 ** 53, 'must return the id of a user'],
    [{ user: 'ann', expiresAt: NOW.getTime() + 1 }, 'must be a Date'],
    [{ user: 'ann', expiresAt: new Date(Number.NaN) }, 'must be a Date'],
    [{ user: 'ann', scopes: 'a' }, 'scopes of the answer of signedIn'],
    [{ user: 'ann', scopes: [''] }, 'scopes of the answer of signedIn'],
  ])('%j is an error', (answer, message) => {
    expect(() => read(answer)).toThrow(message);
  });
});
