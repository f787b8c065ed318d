/** A host that issues and manages tokens from its code. */
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  CloudflareModule,
  CrmModule,
  DataPlaneModule,
  LatchkeyModule,
  TokensApi,
  type IssuedToken,
} from '../../src/index.js';
import type { TestDatabase } from '../support/engines.js';
import { send } from '../support/http.js';
import { ARTICLES, shopDatabase, startHost, type Host } from '../support/shop.js';
import { addressOf, firstStart } from './support.js';

export interface TokensHost extends Host {
  readonly tokens: TokensApi;
  readonly dataSource: DataSource;
}

/** @param poolSize - of its connection to PostgreSQL */
export async function startTokensHost(
  database: TestDatabase,
  options: Parameters<typeof LatchkeyModule.forRoot>[0] = {},
  poolSize?: number,
): Promise<TokensHost> {
  const latchkey = LatchkeyModule.forRoot({ bcryptCost: 4, ...options });
  const connection = TypeOrmModule.forRoot(shopDatabase(addressOf(database), poolSize));
  const imports = [
    connection,
    latchkey,
    DataPlaneModule.forRoot({ path: '/tokens', imports: [latchkey] }),
    CloudflareModule.forRoot({ imports: [latchkey] }),
    CrmModule.forRoot({ imports: [latchkey] }),
    ...ARTICLES.imports,
  ];
  const host = await startHost({ ...ARTICLES, imports });
  await firstStart(host);
  return Object.assign(host, { tokens: host.app.get(TokensApi), dataSource: host.app.get(DataSource) });
}

/** The status of a verification. */
export async function verified({ baseUrl }: Pick<Host, 'baseUrl'>, headers: Record<string, string>): Promise<number> {
  return (await send(baseUrl, 'GET', '/tokens/verify', { headers })).status;
}

/** The status of a verification of the token with the secret that it was issued with. */
export function verifiedBy(host: Pick<Host, 'baseUrl'>, issued: Pick<IssuedToken, 'headers'>): Promise<number> {
  return verified(host, issued.headers());
}
