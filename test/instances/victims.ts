/** Credentials to revoke, in several ways, and others that stay valid. */
import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID, ADMIN_TOKEN, type Addressed } from './cluster.js';
import type { Answer } from './kept-client.js';

export const SORTS = [
  'service token deleted',
  'service token disabled',
  'service token rotated',
  'service token revoked by OAuth',
  'personal token deleted',
  'personal token revoked by OAuth',
  'user blocked',
  'user deleted',
] as const;
export type Sort = (typeof SORTS)[number];

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

export interface Victim {
  readonly sort: Sort;
  /** The headers that present it. */
  readonly credential: Record<string, string>;
  /** What revokes it. */
  readonly end: Call;
  /** When that had returned, by `performance.now()`. */
  endedAt?: number;
}

/** An answer that is neither a success nor expected during a failure. */
export class UnexpectedAnswer extends Error {}

const HEADERS: readonly [prefix: string, headers: Record<string, string>][] = [
  ['/api/v1', { 'Private-Token': ADMIN_TOKEN }],
  ['/client/v4', { Authorization: `Bearer ${ADMIN_TOKEN}` }],
  ['/oauth2', { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/x-www-form-urlencoded' }],
];

/** Sends as the administrator. */
export function command({ client }: Addressed, { method, path, body }: Call): Promise<Answer> {
  const [, headers = {}] = HEADERS.find(([prefix]) => path.startsWith(prefix)) ?? [];
  return client.send(method, path, headers, body);
}

const SERVICE_TOKENS = `/client/v4/accounts/${ACCOUNT_ID}/access/service_tokens`;

/** @throws NotNow, UnexpectedAnswer */
export async function createVictim(at: Addressed, sort: Sort): Promise<Victim> {
  switch (sort) {
    case 'service token deleted':
      return serviceToken(at, sort, ({ id }) => ({ method: 'DELETE', path: `${SERVICE_TOKENS}/${id}` }));
    case 'service token disabled':
      return serviceToken(at, sort, ({ id }) => ({
        method: 'PUT',
        path: `${SERVICE_TOKENS}/${id}`,
        body: '{"enabled":false}',
      }));
    case 'service token rotated':
      return serviceToken(at, sort, ({ id }) => ({ method: 'POST', path: `${SERVICE_TOKENS}/${id}/rotate` }));
    case 'service token revoked by OAuth':
      return serviceToken(at, sort, ({ client_secret: secret }) => revocation(secret));
    case 'personal token deleted':
      return personalToken(at, sort, 1000, ({ id }) => ({
        method: 'DELETE',
        path: `/api/v1/users/1000/access-tokens/${id}`,
      }));
    case 'personal token revoked by OAuth':
      return personalToken(at, sort, 1000, ({ plain_token: secret }) => revocation(secret));
    case 'user blocked':
      return ofNewUser(at, sort, (id) => ({ method: 'POST', path: `/api/v1/users/${String(id)}/block` }));
    case 'user deleted':
      return ofNewUser(at, sort, (id) => ({ method: 'DELETE', path: `/api/v1/users/${String(id)}` }));
  }
}

interface CreatedServiceToken {
  readonly id: string;
  readonly client_id: string;
  readonly client_secret: string;
}

interface CreatedPersonalToken {
  readonly id: string;
  readonly plain_token: string;
}

async function serviceToken(at: Addressed, sort: Sort, end: (token: CreatedServiceToken) => Call): Promise<Victim> {
  const { result } = await created<{ result: CreatedServiceToken }>(at, SERVICE_TOKENS, { name: sort });
  const credential = { 'CF-Access-Client-Id': result.client_id, 'CF-Access-Client-Secret': result.client_secret };
  return { sort, credential, end: end(result) };
}

async function personalToken(
  at: Addressed,
  sort: Sort,
  userId: number,
  end: (token: CreatedPersonalToken) => Call,
): Promise<Victim> {
  const path = `/api/v1/users/${String(userId)}/access-tokens`;
  const token = await created<CreatedPersonalToken>(at, path, { description: sort });
  return { sort, credential: { 'Private-Token': token.plain_token }, end: end(token) };
}

async function ofNewUser(at: Addressed, sort: Sort, end: (userId: number) => Call): Promise<Victim> {
  const email = `${randomUUID()}@example.com`;
  const { id } = await created<{ id: number }>(at, '/api/v1/users', { email, name: sort, approved: true });
  return personalToken(at, sort, id, () => end(id));
}

function revocation(secret: string): Call {
  return { method: 'POST', path: '/oauth2/revoke', body: new URLSearchParams({ token: secret }).toString() };
}

async function created<T>(at: Addressed, path: string, values: object): Promise<T> {
  const answer = await command(at, { method: 'POST', path, body: JSON.stringify(values) });
  if (answer.status >= 300) throw new UnexpectedAnswer(`POST ${path}: ${String(answer.status)} ${answer.text}`);
  return JSON.parse(answer.text) as T;
}
