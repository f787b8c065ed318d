/** The product as people run it, `dist/main.js`, over a SQLite file that is filled beforehand. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { LoadRequest } from '../load/load.js';
import { ROOT, launch, type Contestant } from './contestant.js';
import { fillWithServiceTokens, type KnownToken } from './filling.js';

const ACCOUNT_ID = '0123456789abcdef0123456789abcdef';
const ADMIN_TOKEN = 'Kq3-vT9wLx0ZbN7yRf2hUe5mJc8sGd1aPo6_iWtXBnE';

/** A database, and the tokens in it whose secrets are known. */
export interface FilledDatabase {
  readonly file: string;
  readonly known: readonly KnownToken[];
}

/** @param nodeOptions - for the process, before the script */
export function startLatchkey(
  name: string,
  { file }: Pick<FilledDatabase, 'file'>,
  env: Readonly<Record<string, string>> = {},
  nodeOptions: readonly string[] = [],
): Promise<Contestant> {
  const settings = {
    PORT: '0',
    DATABASE_URL: `sqlite:${file}`,
    ACCOUNT_ID,
    ADMIN_TOKEN,
    NODE_ENV: 'production',
    ...env,
  };
  const args = [...nodeOptions, path.join(ROOT, 'dist/main.js')];
  return launch({ name, args, env: settings }, (line) => {
    const [, url] = /(http:\/\/[^\s/]+)\/docs\b/.exec(line) ?? [];
    return url === undefined ? undefined : { url, database: file };
  });
}

/** A database that the product itself has made, with so many service tokens in one account. */
export async function filledDatabase(folder: string, tokens: number, known: number): Promise<FilledDatabase> {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${String(tokens)}-tokens.sqlite`);
  const firstStart = await startLatchkey('latchkey', { file });
  await firstStart.stop();
  return { file, known: fillWithServiceTokens(file, ACCOUNT_ID, tokens, known) };
}

export function verify({ clientId, clientSecret }: KnownToken): LoadRequest {
  const headers = { 'CF-Access-Client-Id': clientId, 'CF-Access-Client-Secret': clientSecret };
  return { method: 'GET', path: '/verify', headers };
}

const TOKENS = `/client/v4/accounts/${ACCOUNT_ID}/access/service_tokens`;
const AUTHORIZATION = { Authorization: `Bearer ${ADMIN_TOKEN}` };

export const ISSUE: LoadRequest = {
  method: 'POST',
  path: TOKENS,
  headers: { ...AUTHORIZATION, 'Content-Type': 'application/json' },
  body: '{"name":"CI/CD token"}',
};

export const FIRST_PAGE: LoadRequest = { method: 'GET', path: `${TOKENS}?per_page=50`, headers: AUTHORIZATION };

/** Makes an application that admits every service token of the account. @returns its audience tag */
export async function newApplication({ url }: Contestant): Promise<string> {
  const response = await fetch(`${url}/client/v4/accounts/${ACCOUNT_ID}/access/apps`, {
    method: 'POST',
    headers: { ...AUTHORIZATION, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      name: 'an application',
      domain: 'app.example.com',
      policies: [{ name: 'services', decision: 'non_identity', include: [{ any_valid_service_token: {} }] }],
    }),
  });
  const { result } = (await response.json()) as { result: { aud: string } };
  return result.aud;
}
