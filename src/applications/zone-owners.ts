/** Which account the hosts of an application belong to, by the zones of the server. */
import { In, type EntityManager } from 'typeorm';
import { DomainError } from '../core/index.js';
import { anchorsOf, type AddressPattern } from './address-pattern.js';
import { Zone } from './zone.entity.js';

/**
 * Requires that none of these hosts lies in a zone of another account. Hosts in no zone are free to be named.
 * @throws DomainError `invalid_value`
 */
export async function requireOwnHosts(
  manager: EntityManager,
  accountId: string,
  addresses: readonly AddressPattern[],
): Promise<void> {
  const names = [...new Set(addresses.flatMap(({ anchor }) => anchorsOf(anchor)))];
  if (names.length === 0) return;
  const zones = await manager.find(Zone, { where: { name: In(names) } });
  for (const { anchor, host } of addresses) {
    const [zone] = zones
      .filter(({ name }) => anchor === name || anchor.endsWith(`.${name}`))
      .sort((one, other) => other.name.length - one.name.length);
    if (zone && zone.accountId !== accountId) {
      throw new DomainError('invalid_value', `domain ${host} does not belong to a zone of this account`);
    }
  }
}
