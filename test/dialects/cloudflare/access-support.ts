/** Builders for the suites of applications and policies. */
import type { Reply } from '../../support/http.js';
import { ok, type Caller, type Cloudflare } from './support.js';

export interface Policy {
  id: string;
  name: string;
  decision: string;
  include: object[];
  require: object[];
  exclude: object[];
  reusable: boolean;
  precedence?: number;
  app_count?: number;
}

export interface Application {
  id: string;
  aud: string;
  name: string;
  domain: string;
  type: string;
  policies: Policy[];
}

export const AUD = /^[0-9a-f]{64}$/;
export const ANY_TOKEN = { any_valid_service_token: {} };
export const named = (tokenId: string): object => ({ service_token: { token_id: tokenId } });

export const appsOf = (owner: string): string => `${owner}/access/apps`;
export const policiesOf = (owner: string): string => `${owner}/access/policies`;

export async function newApplication(
  { admin }: Pick<Cloudflare, 'admin'>,
  owner: string,
  fields: object = {},
): Promise<Application> {
  const body = { domain: 'app.example.com', type: 'self_hosted', ...fields };
  return ok<Application>(await admin.post(appsOf(owner), body), 201);
}

export async function newPolicy(
  { admin }: Pick<Cloudflare, 'admin'>,
  owner: string,
  include: readonly object[] = [ANY_TOKEN],
  fields: object = {},
): Promise<Policy> {
  const body = { name: 'a policy', decision: 'non_identity', include, ...fields };
  return ok<Policy>(await admin.post(policiesOf(owner), body), 201);
}

/** A zone of an account; its name is unique. */
export async function newZone(caller: Caller, accountId: string, name: string): Promise<string> {
  return ok<{ id: string }>(await caller.post('/zones', { name, account: { id: accountId } })).id;
}

export function idOf(reply: Reply, status = 202): string {
  return ok<{ id: string }>(reply, status).id;
}
