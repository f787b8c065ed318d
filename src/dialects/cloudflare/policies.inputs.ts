/** Request bodies of policies (docs/contracts/cloudflare.md §10.2). */
import { Allow, IsOptional } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import type { JsonObject, PolicyDecision, PolicyEntry, PolicyValues } from '../../applications/index.js';
import { INTEGER_MAX, isStorableText } from '../../core/index.js';
import { InputError, IsText } from '../../http/index.js';
import { isSessionDuration } from './duration.js';
import { Rule, isObject, otherMembers } from './input-rules.js';
import { isUuid } from './path-resources.js';
import { rulesIn } from './policy-rules.js';
import { SERVICE_TOKEN_KIND } from './service-token.form.js';

/** Maximum number of characters of a name. */
export const NAME_MAX = 350;

const DECISIONS: Readonly<Record<string, PolicyDecision>> = {
  allow: 'people',
  deny: 'deny',
  non_identity: 'services',
  bypass: 'bypass',
};

/** The decisions as they are sent. */
export const DECISION_NAMES = Object.keys(DECISIONS);

const DECISION_RULE = `decision must be one of ${DECISION_NAMES.map((name) => `"${name}"`).join(', ')}`;
const SESSION_RULE = 'session_duration must be a Go duration such as "24h" (units ns, us, ms, s, m, h)';

const isDecision = (value: unknown): boolean => typeof value === 'string' && Object.hasOwn(DECISIONS, value);
const isPrecedence = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= INTEGER_MAX;

export class PolicyInput {
  @ApiProperty({ minLength: 1, maxLength: NAME_MAX, example: 'CI may enter' })
  @IsText({ min: 1, max: NAME_MAX })
  name!: string;

  @ApiProperty({
    enum: DECISION_NAMES,
    example: 'non_identity',
    description:
      '`non_identity` admits service tokens, `bypass` admits everybody who matches, `deny` refuses them. `allow` is for ' +
      'people who sign in, and never admits a service token.',
  })
  @Rule(isDecision, DECISION_RULE)
  decision!: string;

  @ApiProperty({
    type: [Object],
    example: [{ service_token: { token_id: '3537a672-e4d8-4d89-aab9-26cb622918a1' } }],
    description:
      'A request that matches meets one of these rules. `service_token`, `any_valid_service_token`, `everyone` and `ip` are ' +
      'interpreted. All others are kept and shown: in `include` they never admit, in `require` and `exclude` they ' +
      'always block.',
  })
  @Allow()
  include!: unknown;

  @ApiPropertyOptional({ type: [Object], example: [], description: 'A request that matches meets all of these rules.' })
  @Allow()
  require?: unknown;

  @ApiPropertyOptional({
    type: [Object],
    example: [],
    description: 'A request that matches meets none of these rules.',
  })
  @Allow()
  exclude?: unknown;

  @ApiPropertyOptional({ type: String, example: '24h', description: 'How long a proof of admission is valid.' })
  @IsOptional()
  @Rule(isSessionDuration, SESSION_RULE)
  session_duration?: string | null;
}

export class AppliedPolicyInput extends PolicyInput {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: INTEGER_MAX,
    example: 1,
    description: 'Its place among the policies of the application, from the lowest to the highest. Default: the last.',
  })
  @IsOptional()
  @Rule(isPrecedence, `precedence must be a whole number from 0 to ${String(INTEGER_MAX)}`)
  precedence?: number | null;
}

/** Members of a policy that are read, or that the server makes; all others are kept and shown. */
export const POLICY_MEMBERS = [
  'account_id',
  'app_count',
  'created_at',
  'decision',
  'exclude',
  'id',
  'include',
  'name',
  'precedence',
  'require',
  'reusable',
  'uid',
  'updated_at',
];

/**
 * What a body says of a policy.
 * @param extra - its other members
 * @throws InputError
 */
export function policyValues(input: PolicyInput, extra: JsonObject): PolicyValues {
  if (input.include === undefined) throw new InputError('include', 'include is missing', true);
  return {
    name: input.name,
    decision: DECISIONS[input.decision] ?? 'people',
    tokenKind: SERVICE_TOKEN_KIND,
    include: rulesIn('include', input.include),
    require: rulesIn('require', input.require),
    exclude: rulesIn('exclude', input.exclude),
    extra,
  };
}

/** A decision as it is sent. */
export function decisionName(decision: PolicyDecision): string {
  return DECISION_NAMES.find((name) => DECISIONS[name] === decision) ?? '';
}

const LIST_RULE =
  'policies must be a list of ids of reusable policies, of objects with such an id, and of new policies';

/**
 * The policies of an application: ids, objects with an id, and new policies.
 * @throws InputError
 */
export function policyEntries(value: unknown): PolicyEntry[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw new InputError('policies', LIST_RULE, false);
  return value.map((item: unknown) => entryOf(item));
}

function entryOf(item: unknown): PolicyEntry {
  const given = typeof item === 'string' ? { id: item } : item;
  if (!isObject(given)) throw new InputError('policies', LIST_RULE, false);
  const { id, precedence, decision } = given;
  if (precedence !== undefined && precedence !== null && !isPrecedence(precedence)) {
    throw new InputError(
      'policies',
      `policies: precedence must be a whole number from 0 to ${String(INTEGER_MAX)}`,
      false,
    );
  }
  const place = typeof precedence === 'number' ? { precedence } : {};
  const isNew = id === undefined || id === null || id === '';
  if (!isNew && !isUuid(id)) throw new InputError('policies', LIST_RULE, false);
  const values = isNew || decision !== undefined ? { values: inlineValues(given) } : {};
  return { ...(!isNew && { id: id.toLowerCase() }), ...values, ...place };
}

function inlineValues(given: JsonObject): PolicyValues {
  const { name, decision, session_duration: duration } = given;
  const fault =
    (!isStorableText(name, 1, NAME_MAX) && `name must be a string of 1 to ${String(NAME_MAX)} characters`) ||
    (!isDecision(decision) && DECISION_RULE) ||
    (duration !== undefined && duration !== null && !isSessionDuration(duration) && SESSION_RULE);
  if (fault !== false) throw new InputError('policies', `policies: ${fault}`, false);
  return policyValues(given as unknown as PolicyInput, otherMembers(given, POLICY_MEMBERS));
}
