/** Zones: list, create, delete. */
import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import {
  DomainError,
  LongReads,
  UnitOfWork,
  findRow,
  whenTaken,
  type Actor,
  type DirectoryUser,
  type PageRequest,
  type SlicedQuery,
} from '../core/index.js';
import { Membership, lockAccountShared, newHexId } from '../identity/index.js';
import { ZoneCreated, ZoneDeleted } from './changes.js';
import { Zone } from './zone.entity.js';

/** Selects zones; all conditions must hold. */
export interface ZoneFilter {
  readonly name?: string | undefined;
  readonly accountId?: string | undefined;
}

@Injectable()
export class ZoneService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
  ) {}

  /** A page of the zones of the accounts that a user is a member of, or of all for an administrator, and their number. */
  page(user: DirectoryUser, filter: ZoneFilter, page: PageRequest): Promise<[Zone[], number]> {
    return this.reads.page(user.id, visibleTo(user, filter), page);
  }

  /** The same zones in batches, all of them. */
  all(user: DirectoryUser, filter: ZoneFilter): AsyncGenerator<Zone[], void> {
    return this.reads.batches(user.id, visibleTo(user, filter));
  }

  /** The zone, or `null`. */
  find(id: string): Promise<Zone | null> {
    return this.unitOfWork.read((manager) => findRow(manager, Zone, { id }));
  }

  /**
   * Gives a domain to an account. For administrators of the server, since nobody else can tell whose a domain is.
   * @param name - see `readDomain`
   * @throws DomainError `account_not_found`, `conflict`, `not_permitted`
   */
  create(actor: Actor, name: string, accountId: string): Promise<Zone> {
    const write = this.unitOfWork.write(actor, async (tx) => {
      requireServer(actor);
      await lockAccountShared(tx, accountId);
      const zone: Zone = { id: newHexId(), name, accountId, createdAt: tx.now, updatedAt: tx.now };
      await tx.manager.insert(Zone, zone);
      tx.record(new ZoneCreated(zone));
      return zone;
    });
    return whenTaken(write, () => new DomainError('conflict', `the zone ${name} exists already`));
  }

  /** @throws DomainError `resource_not_found`, `not_permitted` */
  delete(actor: Actor, id: string): Promise<Zone> {
    return this.unitOfWork.write(actor, async (tx) => {
      requireServer(actor);
      const zone = await findRow(tx.manager, Zone, { id });
      const { affected } = await tx.manager.delete(Zone, { id });
      if (!zone || affected !== 1) throw new DomainError('resource_not_found', 'no such zone');
      tx.record(new ZoneDeleted(zone));
      return zone;
    });
  }
}

function requireServer({ admin, kind }: Actor): void {
  if (!admin && kind !== 'system') {
    throw new DomainError('not_permitted', 'only administrators of the server may create and delete zones');
  }
}

function visibleTo(user: DirectoryUser, filter: ZoneFilter): SlicedQuery<Zone> {
  const { name, accountId } = filter;
  const isMember = (query: SelectQueryBuilder<Zone>): void => {
    const membership = query.subQuery().select('own.id').from(Membership, 'own');
    membership.where('own.accountId = row.accountId AND own.userId = :userId');
    query.andWhere(`EXISTS ${membership.getQuery()}`, { userId: user.id });
  };
  return {
    entity: Zone,
    where: (query) => {
      if (name !== undefined) query.andWhere({ name });
      if (accountId !== undefined) query.andWhere({ accountId });
    },
    filter: user.admin ? undefined : isMember,
    order: ['createdAt', 'id'],
  };
}
