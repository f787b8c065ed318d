/** Writes a policy as the query of `/verify`. */

/** Which tokens are admitted; all that are given have to hold. The names are those of the guards in process. */
export interface RemotePolicy {
  readonly kinds?: readonly string[] | undefined;
  /** Ids of accounts whose service tokens are admitted. */
  readonly accounts?: readonly string[] | undefined;
  readonly tokens?: readonly string[] | undefined;
  readonly users?: readonly (number | string)[] | undefined;
  /** Ids of accounts whose members are admitted. */
  readonly memberOf?: readonly string[] | undefined;
  /** With `memberOf`. */
  readonly roles?: readonly string[] | undefined;
  /** All of which the token has to hold. */
  readonly scopes?: readonly string[] | undefined;
  /** The audience tag or the id of an application, whose policies have to admit as well. */
  readonly application?: string | undefined;
}

const PARAMETERS = {
  kinds: 'kind',
  accounts: 'account',
  tokens: 'token',
  users: 'user',
  memberOf: 'member_of',
  roles: 'role',
} as const;

const OTHERS = ['scopes', 'application'];

/**
 * The conditions of all the policies. Of a list that several have, what is in all, but the scopes of all.
 * @returns `undefined` if the policies together admit nobody
 * @throws TypeError for something that is not a condition, which `/verify` would not know
 */
export function queryOf(policies: readonly RemotePolicy[]): string | undefined {
  const query = new URLSearchParams();
  for (const policy of policies) checkNames(policy);
  for (const [member, parameter] of Object.entries(PARAMETERS) as [keyof typeof PARAMETERS, string][]) {
    const lists = policies.flatMap((policy) => (policy[member] ? [policy[member].map(String)] : []));
    if (lists.length === 0) continue;
    const [first = [], ...others] = lists;
    const left = first.filter((value) => others.every((list) => list.includes(value)));
    if (left.length === 0) return undefined;
    for (const value of left) query.append(parameter, value);
  }
  const scopes = policies.flatMap((policy) => (policy.scopes ? [policy.scopes] : []));
  if (scopes.some((list) => list.length === 0)) return undefined;
  for (const scope of new Set(scopes.flat())) query.append('scope', scope);
  const applications = new Set(policies.flatMap(({ application }) => application ?? []));
  if (applications.size > 1) return undefined;
  for (const application of applications) query.append('app', application);
  query.sort();
  return query.toString();
}

function checkNames(policy: RemotePolicy): void {
  const unknown = Object.keys(policy).find((name) => !OTHERS.includes(name) && !(name in PARAMETERS));
  if (unknown === undefined) return;
  throw new TypeError(`"${unknown}" is no condition: there are ${[...Object.keys(PARAMETERS), ...OTHERS].join(', ')}`);
}
