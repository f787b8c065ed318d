/** Rules of policies as they are sent: objects with one member, which is named after the type of the rule. */
import { isIpRange, type JsonObject, type Rule } from '../../applications/index.js';
import { InputError } from '../../http/index.js';
import { isObject } from './input-rules.js';
import { isUuid } from './path-resources.js';

/** Maximum number of characters of the type of a rule. */
const TYPE_MAX = 100;

/**
 * The rules in a member of a body. Rules of types that are not interpreted are kept.
 * @param field - the member, for messages
 * @throws InputError
 */
export function rulesIn(field: string, value: unknown): Rule[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new InputError(field, `${field} must be a list of rules`, false);
  return value.map((item: unknown) => ruleIn(field, item));
}

function ruleIn(field: string, item: unknown): Rule {
  const given = isObject(item) ? Object.entries(item).filter(([, value]) => value !== null) : [];
  const [[type, value] = ['', null], ...more] = given;
  if (type === '' || type.length > TYPE_MAX || more.length > 0 || !isObject(value)) {
    throw new InputError(
      field,
      `${field} must hold objects with one member each, such as {"any_valid_service_token":{}}`,
      false,
    );
  }
  return known(field, type, value);
}

function known(field: string, type: string, value: JsonObject): Rule {
  switch (type) {
    case 'service_token':
      if (isUuid(value.token_id)) return { type: 'token', tokenId: value.token_id.toLowerCase() };
      throw new InputError(field, `${field}: service_token must have a token_id, the id of a service token`, false);
    case 'any_valid_service_token':
      return { type: 'any_token' };
    case 'everyone':
      return { type: 'everyone' };
    case 'ip':
      if (typeof value.ip === 'string' && isIpRange(value.ip)) return { type: 'ip', range: value.ip };
      throw new InputError(field, `${field}: ip must have an ip, an address or a range such as "192.0.2.0/24"`, false);
    default:
      return { type: 'other', name: type, value };
  }
}

/** A rule as it is sent. */
export function ruleView(rule: Rule): JsonObject {
  switch (rule.type) {
    case 'token':
      return { service_token: { token_id: rule.tokenId } };
    case 'any_token':
      return { any_valid_service_token: {} };
    case 'everyone':
      return { everyone: {} };
    case 'ip':
      return { ip: { ip: rule.range } };
    default:
      return { [rule.name]: rule.value };
  }
}
