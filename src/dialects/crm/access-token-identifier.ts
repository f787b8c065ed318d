/** Reads `access_token_identifier`: a code, or identifier and pass code (docs/contracts/crm.md §3). */
import { Secret } from '../../core/index.js';
import { CrmError } from './crm.errors.js';
import { Parameters } from './parameters.js';

export type AccessTokenIdentifier =
  { readonly authenticationCode: string } | { readonly identifier: string; readonly passCode: Secret };

const NAME = 'access_token_identifier';

/** @throws CrmError `parameterMissing`, `invalidParameter`, `semiOptional` */
export function readAccessTokenIdentifier(parameters: Parameters): AccessTokenIdentifier {
  const value = parameters.raw(NAME);
  if (value === undefined || value === null || value === '') throw new CrmError('parameterMissing', NAME);
  const given = parameters.inQuery && typeof value === 'string' ? fromQuery(value) : value;
  const members = new Parameters(identifierMembers(given));
  const named = readCodeOrIdentifier(members);
  if ('authenticationCode' in named) return named;
  return { identifier: named.identifier, passCode: new Secret(members.required('pass_code')) };
}

/**
 * Exactly one of code and identifier.
 * @throws CrmError `semiOptional`, `invalidParameter`
 */
export function readCodeOrIdentifier(parameters: Parameters): { authenticationCode: string } | { identifier: string } {
  const authenticationCode = parameters.optional('authentication_code');
  const identifier = parameters.optional('identifier');
  if (authenticationCode !== undefined && identifier === undefined) return { authenticationCode };
  if (identifier !== undefined && authenticationCode === undefined) return { identifier };
  throw new CrmError('semiOptional', 'authentication_code, identifier');
}

function identifierMembers(given: unknown): Record<string, unknown> {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Record<string, unknown>;
  throw new CrmError('invalidParameter', `${NAME} must be an object`);
}

/** Parses the query form: `field=value`, separated by commas, or a JSON object. */
function fromQuery(text: string): unknown {
  if (text.startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }
  const pairs = text.split(/,\s*(?=(?:authentication_code|identifier|pass_code)=)/);
  if (!pairs.every((pair) => pair.includes('='))) return null;
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1)]),
  );
}
