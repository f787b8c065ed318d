import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../core/index.js';
import type { AccessToken } from './access-token.entity.js';
import { CrmError } from './crm.errors.js';
import { Parameters } from './parameters.js';
import { readIdentifierChanges, readNewIdentifiers, validateIdentifierChanges } from './pass-code-rules.js';

const named = { identifier: 'name' } as AccessToken;
const nameless = { identifier: null } as AccessToken;

/** The requested changes, applied to a token. */
function update(members: Record<string, unknown>, present: AccessToken, optional: boolean): unknown {
  const changes = readIdentifierChanges(new Parameters(members));
  const { identifier, passCode } = validateIdentifierChanges(changes, present, optional);
  return [identifier, passCode instanceof Secret ? passCode.reveal() : passCode];
}

describe('a new access token', () => {
  const create = (members: Record<string, unknown>, optional = false): unknown => {
    const { identifier, passCode } = readNewIdentifiers(new Parameters(members), optional);
    return [identifier, passCode?.reveal() ?? null];
  };

  it('has an identifier with a pass code', () => {
    expect(create({ identifier: 'name', pass_code: 'code' })).toEqual(['name', 'code']);
  });

  it('may have neither if the setting allows it, but never an identifier without a pass code', () => {
    expect(create({ identifier: '', pass_code: null }, true)).toEqual([null, null]);
    expect(() => create({})).toThrow(CrmError);
    for (const optional of [true, false]) expect(() => create({ identifier: 'name' }, optional)).toThrow(CrmError);
  });

  it('has no pass code that bcrypt would truncate', () => {
    expect(create({ identifier: 'name', pass_code: 'é'.repeat(36) })).toEqual(['name', 'é'.repeat(36)]);
    expect(() => create({ identifier: 'name', pass_code: 'é'.repeat(37) })).toThrow(CrmError);
  });
});

describe('an update of an access token', () => {
  it('does not change what it omits', () => {
    expect(update({}, named, false)).toEqual([undefined, undefined]);
    expect(update({ pass_code: 'new' }, named, false)).toEqual([undefined, 'new']);
  });

  it('sets a new identifier only together with a new pass code', () => {
    expect(update({ identifier: 'new', pass_code: 'code' }, named, false)).toEqual(['new', 'code']);
    expect(() => update({ identifier: 'new' }, named, true)).toThrow(CrmError);
    expect(() => update({ identifier: 'new', pass_code: '' }, named, true)).toThrow(CrmError);
  });

  it('clears an identifier, and its pass code with it, if the setting allows tokens with neither', () => {
    expect(update({ identifier: null }, named, true)).toEqual([null, null]);
    expect(() => update({ identifier: '' }, named, false)).toThrow(CrmError);
  });

  it('clears the pass code alone only of a token that has no identifier, if the setting allows it', () => {
    expect(update({ pass_code: '' }, nameless, true)).toEqual([undefined, null]);
    expect(() => update({ pass_code: '' }, named, true)).toThrow(CrmError);
    expect(() => update({ pass_code: '' }, nameless, false)).toThrow(CrmError);
  });
});
