import { BadRequestException, InternalServerErrorException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { clientErrorStatus } from './error-response.js';

describe('clientErrorStatus', () => {
  it.each([
    [400, { status: 400 }],
    [400, new BadRequestException()],
    [499, Object.assign(new Error('of a middleware'), { status: 499 })],
  ])('is %d for an error of the client', (status, error) => {
    expect(clientErrorStatus(error)).toBe(status);
  });

  it.each([
    ['a redirection', { status: 399 }],
    ['an error of the server', { status: 500 }],
    ['an exception of the server', new InternalServerErrorException()],
    ['a status that is not a number', { status: '400' }],
    ['an error without a status', new Error('unexpected')],
    ['null', null],
    ['undefined', undefined],
  ])('is undefined for %s', (_what, error) => {
    expect(clientErrorStatus(error)).toBeUndefined();
  });
});
