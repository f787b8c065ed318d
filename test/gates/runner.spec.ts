import { expect, it, jest } from '@jest/globals';

// Times that are compared on a busy machine depend on it.
jest.retryTimes(1);

let attempts = 0;

it('a suite that asks for another attempt gets one', () => {
  attempts += 1;
  expect(attempts).toBe(2);
});
