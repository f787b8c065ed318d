/** Which account the hosts of an application belong to, by the zones of the server. */
import type { EntityManager } from 'typeorm';
import { DomainError, rowsWith } from '../core/index.js';
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
  requireHostsIn(await zonesAround(manager, addresses), accountId, addresses);
}

/** The zones that hosts may lie in. */
export async function zonesAround(manager: EntityManager, addresses: readonly AddressPattern[]): Promise<Zone[]> {
  return rowsWith(
    manager,
    Zone,
    'name',
    addresses.flatMap(({ anchor }) => anchorsOf(anchor)),
  );
}

/** The same as {@link requireOwnHosts}, with zones that were read before. @throws DomainError `invalid_value` */
export function requireHostsIn(zones: readonly Zone[], accountId: string, addresses: readonly AddressPattern[]): void {
  const byName = new Map(zones.map((zone) => [zone.name, zone]));
  for (const { anchor, host } of addresses) {
    const [zone] = anchorsOf(anchor)
      .flatMap((name) => byName.get(name) ?? [])
      .sort((one, other) => other.name.length - one.name.length);
    if (zone && zone.accountId !== accountId) {
      throw new DomainError('invalid_value', `domain ${host} does not belong to a zone of this account`);
    }
  }
}
