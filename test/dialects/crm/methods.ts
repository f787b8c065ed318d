/** The methods on access tokens, each with a request that succeeds, for cases that they all have in common. */
import { expect } from '@jest/globals';
import type { Reply } from '../../support/http.js';
import { byCode, data, make, unique, type AccessToken, type Client, type Members } from './support.js';

export interface Method {
  readonly verb: 'GET' | 'POST';
  readonly path: string;
  /** Whether a `read_only` member may call it. */
  readonly reads: boolean;
  /** Members of a request that succeeds once. */
  readonly members: (client: Client) => Promise<Members>;
}

const named = async (client: Client): Promise<Members> => byCode((await make(client)).code);

async function notEffective(client: Client): Promise<Members> {
  const members = await named(client);
  data(await client.post('access_tokens/set_as_not_effective', members));
  return members;
}

const codeOfNew = async (client: Client): Promise<Members> => ({ authentication_code: (await make(client)).code });

const newNames = (): Promise<Members> =>
  Promise.resolve({ identifier: unique('identifier'), pass_code: unique('pass') });

const one = (): Promise<Members> => Promise.resolve({ number: 1 });

const change = async (client: Client): Promise<Members> => ({
  ...(await named(client)),
  authentication_code: unique('code'),
});

export const METHODS: Method[] = [
  { verb: 'POST', path: 'access_tokens/show', reads: true, members: named },
  { verb: 'GET', path: 'access_tokens/show', reads: true, members: named },
  { verb: 'POST', path: 'access_tokens/list', reads: true, members: one },
  { verb: 'GET', path: 'access_tokens/list', reads: true, members: one },
  { verb: 'GET', path: 'access_tokens/get_not_associated', reads: true, members: one },
  { verb: 'POST', path: 'access_tokens/create', reads: false, members: newNames },
  { verb: 'POST', path: 'access_tokens/update', reads: false, members: change },
  { verb: 'POST', path: 'access_tokens/set_as_effective', reads: false, members: notEffective },
  { verb: 'POST', path: 'access_tokens/set_as_not_effective', reads: false, members: named },
  { verb: 'POST', path: 'access_tokens/reset_pass_code', reads: false, members: codeOfNew },
];

/** @throws Error when there is none */
export function methodOf(verb: 'GET' | 'POST', path: string): Method {
  const method = METHODS.find((one) => one.verb === verb && one.path === path);
  if (!method) throw new Error(`no method ${verb} ${path}`);
  return method;
}

/** The first or only access token of an answer. */
export function firstOf(reply: Reply): Partial<AccessToken> {
  const result = data<Partial<AccessToken> | Partial<AccessToken>[]>(reply);
  if (!Array.isArray(result)) return result;
  expect(result.length).toBeGreaterThan(0);
  return result[0] ?? {};
}
