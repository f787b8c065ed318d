/** Which applications answer for a host, and which of them a request is for. */
import { In, type EntityManager } from 'typeorm';
import { Account } from '../identity/index.js';
import { PreparedAddress, anchorsOf, canonicalPath, moreSpecific } from './address-pattern.js';
import { ApplicationAddress } from './application-address.entity.js';
import { Zone } from './zone.entity.js';

/** One address that matches a host. */
export interface HostRoute {
  readonly applicationId: string;
  readonly accountId: string;
  readonly address: PreparedAddress;
}

/** Which applications may be found by a host. */
export interface HostScope {
  /** Only those of this account. */
  readonly accountId?: string | undefined;
  /** Only those of the account that the host belongs to by a zone. */
  readonly inZonesOnly?: boolean;
}

/** The addresses that match one host, the most specific first. */
export class HostRoutes {
  /** @param owner - the account to which the host belongs by a zone; `null` if there is no zone for it */
  constructor(
    private readonly routes: readonly HostRoute[],
    private readonly owner: string | null,
  ) {}

  /**
   * The id of the application that a request is for. Without a zone, a host for which applications of several accounts
   * have addresses is nobody's; a path that servers may read differently is for an application only if it answers for
   * all paths.
   */
  find(path: string, { accountId, inZonesOnly = false }: HostScope): string | null {
    if (inZonesOnly && this.owner === null) return null;
    const wanted = accountId ?? this.owner;
    if (this.owner !== null && wanted !== this.owner) return null;
    const routes = wanted === null ? this.routes : this.routes.filter((route) => route.accountId === wanted);
    const [first] = routes;
    if (!first || routes.some((route) => route.accountId !== first.accountId)) return null;
    const canonical = canonicalPath(path);
    if (canonical === undefined) return routes.every((route) => isForAllPaths(route)) ? first.applicationId : null;
    return routes.find(({ address }) => address.matchesPath(canonical))?.applicationId ?? null;
  }
}

function isForAllPaths({ address }: HostRoute): boolean {
  return address.pattern.path === '';
}

/** Reads the addresses that match a host. @param host - in lower case, without port */
export async function readHostRoutes(manager: EntityManager, host: string): Promise<HostRoutes> {
  const anchors = anchorsOf(host);
  const found = await manager.find(ApplicationAddress, { where: { anchor: In(anchors) } });
  const zones = await manager.find(Zone, { where: { name: In(anchors) } });
  const existing = await existingAccounts(manager, [...found, ...zones]);
  const routes = found
    .filter(({ accountId }) => existing.has(accountId))
    .map(({ applicationId, accountId, ...pattern }) => ({
      applicationId,
      accountId,
      address: new PreparedAddress(pattern),
    }))
    .filter(({ address }) => address.matchesHost(host));
  routes.sort(inOrder);
  const [zone] = zones
    .filter(({ accountId }) => existing.has(accountId))
    .sort((one, other) => other.name.length - one.name.length);
  return new HostRoutes(routes, zone?.accountId ?? null);
}

/** Rows of a deleted account may be left for a while. */
async function existingAccounts(
  manager: EntityManager,
  rows: readonly { readonly accountId: string }[],
): Promise<ReadonlySet<string>> {
  const ids = [...new Set(rows.map(({ accountId }) => accountId))];
  if (ids.length === 0) return new Set();
  const accounts = await manager.find(Account, { select: { id: true }, where: { id: In(ids) } });
  return new Set(accounts.map(({ id }) => id));
}

function inOrder(one: HostRoute, other: HostRoute): number {
  return moreSpecific(one.address.pattern, other.address.pattern) || (one.applicationId < other.applicationId ? -1 : 1);
}
