/** Hosts for the tests of embedding, and requests to them. */
import { expect } from '@jest/globals';
import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { CloudflareModule, Bootstrap, LatchkeyModule, Secret, type DatabaseAddress } from '../../src/index.js';
import { loadConfig } from '../../src/config/index.js';
import type { TestDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';

export const IN_MEMORY: DatabaseAddress = { engine: 'sqlite', path: ':memory:' };

export function addressOf({ url }: TestDatabase): DatabaseAddress {
  return loadConfig({ DATABASE_URL: url }).database.address;
}

/** The first start of a host, with the administrator and the account that tests use. */
export async function firstStart(
  { app }: { app: INestApplicationContext },
  adminToken: string = ADMIN.token,
): Promise<void> {
  await app.get(Bootstrap).run({
    adminEmail: ADMIN.email,
    adminPassword: new Secret(ADMIN.password),
    adminToken: new Secret(adminToken),
    accountId: ACCOUNT.id,
    accountName: ACCOUNT.name,
  });
}

type CloudflareOptions = Parameters<typeof CloudflareModule.forRoot>[0];

/** The imports of a host that embeds one dialect. @param connection - of the host, for a database that is its own */
export function cloudflareAlone(
  latchkeyOptions: Parameters<typeof LatchkeyModule.forRoot>[0],
  options: CloudflareOptions = {},
  connection?: TypeOrmModuleOptions,
): DynamicModule[] {
  const latchkey = LatchkeyModule.forRoot({ bcryptCost: 4, ...latchkeyOptions });
  const own = connection ? [TypeOrmModule.forRoot(connection)] : [];
  return [...own, latchkey, CloudflareModule.forRoot({ ...options, imports: [latchkey] })];
}

interface Issued {
  readonly id: string;
  readonly client_id: string;
  readonly client_secret: string;
}

/** Issues a service token. @param baseUrl - with the prefix of the Cloudflare dialect */
export async function issueServiceToken(baseUrl: string, token: string, accountId = ACCOUNT.id): Promise<Issued> {
  const reply = await send(baseUrl, 'POST', `/accounts/${accountId}/access/service_tokens`, {
    headers: { Authorization: `Bearer ${token}` },
    body: '{"name":"robot"}',
  });
  expect([reply.status, reply.text]).toEqual([201, expect.any(String)]);
  return reply.json<{ result: Issued }>().result;
}

/** The headers that present it. */
export function presented({ client_id: id, client_secret: secret }: Issued): Record<string, string> {
  return { 'CF-Access-Client-Id': id, 'CF-Access-Client-Secret': secret };
}
