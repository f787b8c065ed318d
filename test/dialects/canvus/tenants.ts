/** Servers with several accounts, and people in them. */
import { expect } from '@jest/globals';
import type { Engine } from '../../../src/persistence/index.js';
import { send } from '../../support/http.js';
import { ADMIN, startInMount } from '../../support/test-server.js';
import { watching, type Watch } from './subscribers.js';
import { actors, type Canvus, type Person } from './support.js';

export interface Tenants extends Canvus {
  readonly watch: Watch;
  /** A call about accounts by the administrator of the server. @returns the id of what was made */
  readonly accounts: (method: string, path: string, body?: object) => Promise<string>;
  readonly newAccount: () => Promise<string>;
  /** @returns the address of the membership */
  readonly join: (person: Person, account: string, role?: string) => Promise<string>;
}

let counter = 0;

export async function tenants(engine: Engine, env: Record<string, string> = {}): Promise<Tenants> {
  const server = await startInMount(engine, env);
  const canvus = { ...actors(server), server };
  const accounts: Tenants['accounts'] = async (method, path, body) => {
    const headers = { Authorization: `Bearer ${ADMIN.token}` };
    const sent = body && { body: JSON.stringify(body) };
    const reply = await send(server.baseUrl, method, `/client/v4/accounts${path}`, { headers, ...sent });
    expect([reply.status, reply.text]).toEqual([200, expect.any(String)]);
    return reply.json<{ result: { id: string } }>().result.id;
  };
  const join: Tenants['join'] = async ({ user }, account, role = 'read_only') => {
    const id = await accounts('POST', `/${account}/members`, { user_id: user.id, roles: [role] });
    return `/${account}/members/${id}`;
  };
  const newAccount = (): Promise<string> => {
    counter += 1;
    return accounts('POST', '', { name: `Tenant number ${String(counter)}` });
  };
  return { ...canvus, watch: watching(canvus), accounts, newAccount, join };
}
