/** The check of the sign-in by OpenID Connect: whether the provider answers, and whether what groups give exists. */
import { In, type DataSource } from 'typeorm';
import type { DialectFinding } from '../../../dialect-kit/index.js';
import { Account, accountsIn } from '../../../identity/index.js';
import type { Values } from '../../../settings/index.js';
import { faultOf } from './provider-errors.js';
import type { OPENID_SETTINGS } from './openid.settings.js';

const CHECK = 'openid';

/** None where no provider is configured. */
export async function openIdFindings(
  settings: Values<typeof OPENID_SETTINGS>,
  dataSource: DataSource,
): Promise<DialectFinding[]> {
  const { issuer, bindByEmail, createUsers, grants = {}, timeoutSeconds } = settings;
  if (issuer === undefined) return [];
  const found = [await ofProvider(issuer, timeoutSeconds * 1000)];
  if (!bindByEmail && !createUsers) {
    const message = 'nobody new can sign in: set OPENID_BIND_BY_EMAIL=true or OPENID_CREATE_USERS=true';
    found.push({ check: CHECK, status: 'warning', message });
  }
  const unknown = await unknownAccounts(dataSource, accountsIn(grants));
  if (unknown.length > 0) {
    const message = `OPENID_ROLES gives roles in accounts that do not exist (${unknown.join(', ')}): correct their ids`;
    found.push({ check: CHECK, status: 'warning', message });
  }
  return found;
}

/** One that is away keeps the server from nothing but these sign-ins. */
async function ofProvider(issuer: string, timeoutMs: number): Promise<DialectFinding> {
  const remedy = 'check OPENID_ISSUER, and that this machine reaches it';
  try {
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(address, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    if (response.status !== 200) {
      const message = `${issuer} answers with status ${String(response.status)} when it is asked what it offers: ${remedy}`;
      return { check: CHECK, status: 'warning', message };
    }
    const { issuer: own } = (await response.json()) as { issuer?: unknown };
    if (typeof own === 'string' && URL.canParse(own) && new URL(own).href === new URL(issuer).href)
      return { check: CHECK, status: 'ok', message: `${issuer} answers` };
    const message = `${issuer} calls itself ${JSON.stringify(own)}: set OPENID_ISSUER to exactly that`;
    return { check: CHECK, status: 'problem', message };
  } catch (error) {
    return {
      check: CHECK,
      status: 'warning',
      message: `${issuer} does not answer (${faultOf(error)}): ${remedy}`,
    };
  }
}

async function unknownAccounts({ manager }: DataSource, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const known = await manager.find(Account, { select: { id: true }, where: { id: In(ids) } });
  return ids.filter((id) => !known.some((account) => account.id === id));
}
