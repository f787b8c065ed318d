import { describe, expect, it } from '@jest/globals';
import { CrmError } from './crm.errors.js';
import { readFieldsSet } from './fields-set.js';
import { Parameters } from './parameters.js';

const KNOWN = ['id', 'number', 'identifier'] as const;
const read = (value: unknown): string[] => [...readFieldsSet(new Parameters({ fields_set: value }), KNOWN)];

describe('fields_set', () => {
  it.each([undefined, null, '', ' , ', []])('selects everything when it is %j', (value) => {
    expect(read(value)).toEqual(KNOWN);
  });

  it('selects what it names, as text or as a list, in the order of the answer', () => {
    expect(read(' identifier, id ')).toEqual(['id', 'identifier']);
    expect(read(['identifier', 'id,number'])).toEqual(KNOWN);
  });

  it('selects nothing by a name that is not known', () => {
    expect(read('password')).toEqual([]);
  });

  it.each([7, true, {}, [7], [['id']]])('is refused when it is %j', (value) => {
    expect(() => read(value)).toThrow(CrmError);
  });
});
