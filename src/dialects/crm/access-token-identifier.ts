/** Reads `access_token_identifier`: a code, or identifier and pass code (docs/contracts/crm.md §3). */
import { Secret } from '../../core/index.js';
import { CrmError } from './crm.errors.js';
import { Parameters } from './parameters.js';

export type AccessTokenIdentifier =
  | { readonly authenticationCode: string }
  | { readonly identifier: string; readonly passCode: Secret };

const NAME = 'access_token_identifier';
const FIELDS = ['authentication_code', 'identifier', 'pass_code'];

/** @throws CrmError `parameterMissing`, `invalidParameter`, `semiOptional` */
export function readAccessTokenIdentifier(parameters: Parameters): AccessTokenIdentifier {
  const value = parameters.raw(NAME);
  if (value === undefined || value === null || value === '') throw new CrmError('parameterMissing', NAME);
  const members = new Parameters(identifierMembers(parameters, NAME, value, FIELDS));
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

/**
 * The members of an identifier object, which has a form of its own in the query.
 * @param fields - where its parts begin in the query
 * @throws CrmError `invalidParameter`
 */
export function identifierMembers(
  { inQuery }: Parameters,
  name: string,
  value: unknown,
  fields: readonly string[],
): Record<string, unknown> {
  const given = inQuery && typeof value === 'string' ? fromQuery(value, fields) : value;
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Record<string, unknown>;
  throw new CrmError('invalidParameter', `${name} must be an object${inQuery ? ', written field=value' : ''}`);
}

/** Parses the query form: `field=value`, separated by commas, or a JSON object. */
function fromQuery(text: string, fields: readonly string[]): unknown {
  if (text.startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }
  const pairs = text.split(new RegExp(`,\\s*(?=(?:${fields.join('|')})=)`));
  if (!pairs.every((pair) => pair.includes('='))) return null;
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1)]),
  );
}
