/** The rules of policies, and whether a token and an address meet them. */
import { BlockList, isIP } from 'node:net';

/** A rule. One of another type is kept and shown, but nobody can tell here whether it is met. */
export type Rule =
  /** The token with this id. */
  | { readonly type: 'token'; readonly tokenId: string }
  /** Any token of the account, of the kind that the policy is about. */
  | { readonly type: 'any_token' }
  | { readonly type: 'everyone' }
  /** An IP address, or a range of them in CIDR notation. */
  | { readonly type: 'ip'; readonly range: string }
  | { readonly type: 'other'; readonly name: string; readonly value: unknown };

/** The rules of one policy. */
export interface Rules {
  readonly include: readonly Rule[];
  readonly require: readonly Rule[];
  readonly exclude: readonly Rule[];
}

/** Who wants to enter. */
export interface Visitor {
  /** The id of their token, if it belongs to the application's account and is of the right kind; `null` otherwise. */
  readonly tokenId: string | null;
  /** Their IP address; `null` if it is not known. */
  readonly address: string | null;
}

/** `undefined`: that cannot be told. */
export type Answer = boolean | undefined;

/** Whether a visitor meets a rule. */
export type RuleCheck = (visitor: Visitor) => Answer;

/** A rule, prepared for checks. */
export function ruleCheck(rule: Rule): RuleCheck {
  switch (rule.type) {
    case 'token': {
      const { tokenId: named } = rule;
      return ({ tokenId }) => tokenId === named;
    }
    case 'any_token':
      return ({ tokenId }) => tokenId !== null;
    case 'everyone':
      return () => true;
    case 'ip':
      return ipCheck(rule.range);
    default:
      return () => undefined;
  }
}

/** Rules, prepared for checks. */
export interface RuleChecks {
  readonly include: readonly RuleCheck[];
  readonly require: readonly RuleCheck[];
  readonly exclude: readonly RuleCheck[];
}

/** All rules of a policy, prepared for checks. */
export function ruleChecks({ include, require, exclude }: Rules): RuleChecks {
  return { include: include.map(ruleCheck), require: require.map(ruleCheck), exclude: exclude.map(ruleCheck) };
}

/**
 * Whether a visitor meets one of the rules to include, all that are required, and none to exclude; `undefined` if that
 * depends on rules of which nobody can tell.
 */
export function meets({ include, require, exclude }: RuleChecks, visitor: Visitor): Answer {
  let result = some(include, visitor);
  for (const check of require) result = both(result, check(visitor));
  for (const check of exclude) result = both(result, not(check(visitor)));
  return result;
}

function some(checks: readonly RuleCheck[], visitor: Visitor): Answer {
  let result: Answer = false;
  for (const check of checks) {
    const answer = check(visitor);
    if (answer === true) return true;
    if (answer === undefined) result = undefined;
  }
  return result;
}

function both(one: Answer, other: Answer): Answer {
  if (one === false || other === false) return false;
  return one === undefined || other === undefined ? undefined : true;
}

function not(answer: Answer): Answer {
  return answer === undefined ? undefined : !answer;
}

/** Whether it takes the address of a visitor to tell if they meet the rules. */
export function dependsOnAddress({ include, require, exclude }: Rules): boolean {
  return [...include, ...require, ...exclude].some(({ type }) => type === 'ip');
}

/** The ids of the tokens that rules name, each once, in order. */
export function namedTokens({ include, require, exclude }: Rules): string[] {
  const rules = [...include, ...require, ...exclude];
  return [...new Set(rules.flatMap((rule) => (rule.type === 'token' ? [rule.tokenId] : [])))].sort();
}

const WHOLE = { 4: 32, 6: 128 } as const;

interface Range {
  readonly network: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

function rangeIn(text: string): Range | undefined {
  const [network = '', length, more] = text.split('/');
  const version = isIP(network);
  if ((version !== 4 && version !== 6) || network.includes('%') || more !== undefined) return undefined;
  const prefix = length === undefined ? WHOLE[version] : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (prefix < 0 || prefix > WHOLE[version]) return undefined;
  return { network, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** Whether a text is an IP address, or a range of them in CIDR notation. */
export function isIpRange(text: string): boolean {
  return rangeIn(text) !== undefined;
}

function ipCheck(text: string): RuleCheck {
  const range = rangeIn(text);
  if (!range) return () => undefined;
  const list = new BlockList();
  list.addSubnet(range.network, range.prefix, range.family);
  return ({ address }) => {
    const [plain = ''] = (address ?? '').split('%', 1);
    const version = isIP(plain);
    if (version === 0) return undefined;
    return list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  };
}
