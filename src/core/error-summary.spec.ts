import { expect, it } from '@jest/globals';
import { errorSummary } from './error-summary.js';
import { DomainError } from './errors.js';

it('has the stack of what nobody expected, and none where the database is not available', () => {
  const summary = errorSummary(Object.assign(new TypeError('no'), { code: 'E1', parameters: ['secret'] }));
  expect(summary).toMatch(/^TypeError E1: no\n +at /);
  expect(summary).not.toContain('secret');
  expect(errorSummary(new DomainError('unavailable', 'try again', 2))).toBe('try again');
  expect(errorSummary(new DomainError('token_not_found', 'taken'))).toMatch(/taken\n +at /);
  expect(errorSummary('text')).toBe('a value that is not an Error was thrown: string');
});
