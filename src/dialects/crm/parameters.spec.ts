import { describe, expect, it } from '@jest/globals';
import { CrmError } from './crm.errors.js';
import { Parameters } from './parameters.js';

const of = (value: unknown): Parameters => new Parameters({ name: value });

describe('Parameters', () => {
  it('have no members that were not sent', () => {
    expect(new Parameters({}).raw('constructor')).toBeUndefined();
  });

  it('distinguish null, empty and absent on request, and treat all three as missing otherwise', () => {
    expect([undefined, null, ''].map((value) => of(value).given('name'))).toEqual([undefined, null, '']);
    for (const value of [undefined, null, '']) {
      expect(of(value).optional('name')).toBeUndefined();
      expect(() => of(value).required('name')).toThrow(CrmError);
      expect(of(value).whole('name', 1)).toBeUndefined();
    }
  });

  it.each([7, true, {}, [], 'x'.repeat(256), 'with \0', 'half \ud800'])('do not accept %j as text', (value) => {
    expect(() => of(value).given('name')).toThrow(CrmError);
  });

  it('accept a text of 255 characters', () => {
    expect(of('x'.repeat(255)).required('name')).toHaveLength(255);
  });

  it.each([
    [1, 1],
    ['20', 20],
    [3_000_000_000, 2_147_483_647],
    ['9'.repeat(400), 2_147_483_647],
  ])('take %j for the number %j', (value, number) => {
    expect(of(value).whole('name', 1)).toBe(number);
  });

  it.each([0, -1, 1.5, '0', '-1', '1.5', '1e3', ' 1', true, {}])('do not accept %j as a number from 1', (value) => {
    expect(() => of(value).whole('name', 1)).toThrow(CrmError);
  });
});

const KNOWN = ['id', 'number', 'identifier'] as const;
const read = (value: unknown): string[] => [...new Parameters({ fields_set: value }).fieldsSet(KNOWN)];

describe('fields_set', () => {
  it.each([undefined, null, '', ' , ', []])('selects everything when it is %j', (value) => {
    expect(read(value)).toEqual(KNOWN);
  });

  it('selects what it names, as text or as a list, in the order of the answer', () => {
    expect(read(' identifier, id ')).toEqual(['id', 'identifier']);
    expect(read(['identifier', 'id,number'])).toEqual(KNOWN);
  });

  it('selects nothing for an unknown name', () => {
    expect(read('password')).toEqual([]);
  });

  it.each([7, true, {}, [7], [['id']]])('is refused when it is %j', (value) => {
    expect(() => read(value)).toThrow(CrmError);
  });
});
