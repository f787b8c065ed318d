/** Which domains the e-mail addresses of users may have, by the policy of the server. */
import { DomainError, type Transaction } from '../../core/index.js';
import { storedPolicy } from '../server-settings.js';
import { readEmailAddress } from './email-address.js';
import type { Label } from './label.js';

/** Stands for all domains. */
const ANY = '*';

/** A domain as it is compared, or `*` for all; `undefined` for text that is none. */
export function readAllowedDomain(value: unknown): string | undefined {
  if (value === ANY) return ANY;
  const address = typeof value === 'string' ? readEmailAddress(`x@${value}`) : undefined;
  return address && !('flaw' in address) ? domainOf(address) : undefined;
}

/**
 * Refuses an address whose domain is not in the list; an empty list allows all. Addresses that users have already stay.
 * @throws DomainError `invalid_value`
 */
export async function requireAllowedDomain(tx: Transaction, address: Label): Promise<void> {
  const { domainAllowList: allowed } = await storedPolicy(tx.manager);
  if (allowed.length === 0 || allowed.includes(ANY) || allowed.includes(domainOf(address))) return;
  throw new DomainError(
    'invalid_value',
    `email must have a domain that this server allows: ${allowed.slice(0, 20).join(', ')}; an administrator can change ` +
      'the list (authentication.domain_allow_list)',
  );
}

function domainOf({ key }: Pick<Label, 'key'>): string {
  return key.slice(key.lastIndexOf('@') + 1);
}
