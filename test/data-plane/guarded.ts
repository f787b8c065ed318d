/** Builders for suites about applications that `/verify` guards. */
import { expect } from '@jest/globals';
import type { ApplicationValues, PolicyValues, Rule } from '../../src/applications/index.js';
import { SYSTEM } from '../../src/core/index.js';
import { applicationValues, policyValues, roomsOf } from '../applications/support.js';
import type { Call, Reply } from '../support/http.js';
import { send } from '../support/http.js';
import { ACCOUNT, type TestServer } from '../support/test-server.js';

/** The header with the assertion, in lower case. */
export const ASSERTION = 'cf-access-jwt-assertion';

export const ANY_TOKEN: readonly Rule[] = [{ type: 'any_token' }];

export interface GuardedApplication {
  readonly id: string;
  readonly aud: string;
  readonly policyId: string;
}

export interface Guarding {
  readonly include?: readonly Rule[];
  readonly policy?: Partial<PolicyValues>;
  readonly values?: Partial<ApplicationValues>;
  readonly domains?: readonly string[];
  readonly accountId?: string;
}

/** An application with one policy, by default one that admits every token of a service of its account. */
export async function guardedApplication(
  server: TestServer,
  { include = ANY_TOKEN, policy, values, domains, accountId = ACCOUNT.id }: Guarding = {},
): Promise<GuardedApplication> {
  const { applications, owned } = roomsOf(server);
  const { application } = await applications.create(SYSTEM, accountId, applicationValues(domains, values));
  const { id, aud } = application;
  const created = await owned.create(SYSTEM, accountId, id, policyValues(include, policy), undefined);
  return { id, aud, policyId: created.policy.id };
}

/** Asks `/verify` with a rule, for example `app=…`. */
export function ask(server: TestServer, rule: string, headers: Call['headers'] = {}, method = 'GET'): Promise<Reply> {
  return send(server.baseUrl, method, `/verify?${rule}`, { headers });
}

/** The assertion of an admitted answer. */
export function assertionOf(reply: Reply): string {
  expect(reply.status).toBe(200);
  const text = reply.headers[ASSERTION];
  expect(text).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  return String(text);
}

/** A part of a JWT: 0 is its header, 1 its claims. */
export function partOf(jwt: string, index: 0 | 1): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString()) as Record<string, unknown>;
}
