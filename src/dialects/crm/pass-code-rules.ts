/** The rules for identifiers and pass codes of access tokens (docs/contracts/crm.md §4.4, §4.5). */
import { PASSWORD_MAX_BYTES, Secret } from '../../core/index.js';
import type { AccessToken } from './access-token.entity.js';
import { CrmError } from './crm.errors.js';
import type { Parameters } from './parameters.js';
import { NO_TOKEN } from './refused-parameters.js';

/** Identifier and pass code of a new token; `null` if it has none. */
export interface NewIdentifiers {
  readonly identifier: string | null;
  readonly passCode: Secret | null;
}

/**
 * Checks the values of a new token; empty and `null` count as missing.
 * @param identifiersOptional - whether tokens may have neither
 * @throws CrmError `parameterMissing`, `invalidParameter`
 */
export function readNewIdentifiers(parameters: Parameters, identifiersOptional: boolean): NewIdentifiers {
  const identifier = parameters.optional('identifier') ?? null;
  const passCode = parameters.optional('pass_code') ?? null;
  if (identifier === null && !identifiersOptional) throw new CrmError('parameterMissing', 'identifier');
  if (identifier !== null && passCode === null) throw new CrmError('parameterMissing', 'pass_code');
  return { identifier, passCode: passCode === null ? null : newPassCode(passCode) };
}

/** @throws CrmError `parameterMissing`, `invalidParameter` */
export function readNewPassCode(parameters: Parameters): Secret {
  parameters.refuse(NO_TOKEN);
  return newPassCode(parameters.required('pass_code'));
}

/** The values of an update: `undefined` keeps the current value, `null` clears it. */
export interface IdentifierChanges {
  readonly identifier: string | null | undefined;
  readonly passCode: Secret | null | undefined;
}

/** @throws CrmError `invalidParameter` */
export function readIdentifierChanges(parameters: Parameters): IdentifierChanges {
  const identifier = cleared(parameters.given('identifier'));
  const passCode = cleared(parameters.given('pass_code'));
  return { identifier, passCode: typeof passCode === 'string' ? newPassCode(passCode) : passCode };
}

/**
 * Checks an update against the current token and completes it: clearing the identifier also clears the pass code,
 * unless there is a new one.
 * @throws CrmError `parameterMissing`
 */
export function validateIdentifierChanges(
  changes: IdentifierChanges,
  present: AccessToken,
  identifiersOptional: boolean,
): IdentifierChanges {
  const { identifier, passCode } = changes;
  if (typeof identifier === 'string' && !(passCode instanceof Secret)) {
    throw new CrmError('parameterMissing', 'pass_code');
  }
  if (identifier === null) {
    if (!identifiersOptional) throw new CrmError('parameterMissing', 'identifier');
    return { identifier, passCode: passCode ?? null };
  }
  if (identifier === undefined && passCode === null && !(identifiersOptional && present.identifier === null)) {
    throw new CrmError('parameterMissing', 'pass_code');
  }
  return changes;
}

/** @throws CrmError `invalidParameter` for a pass code that bcrypt would truncate */
function newPassCode(text: string): Secret {
  if (Buffer.byteLength(text) <= PASSWORD_MAX_BYTES) return new Secret(text);
  throw new CrmError('invalidParameter', `pass_code must be at most ${String(PASSWORD_MAX_BYTES)} bytes long in UTF-8`);
}

function cleared(text: string | null | undefined): string | null | undefined {
  return text === '' ? null : text;
}
