/** Reads the audit log (newest first, in batches) and removes old rows. */
import { Injectable } from '@nestjs/common';
import { And, In, LessThan, MoreThanOrEqual } from 'typeorm';
import type { EntityManager, FindOptionsWhere, SelectQueryBuilder } from 'typeorm';
import { AuditRecord } from './audit-record.entity.js';
import type { ChangeTarget } from '../changes/changes.js';
import type { Transaction } from '../database/transaction.js';
import { UnitOfWork } from '../database/unit-of-work.js';

/** Selects rows; all given conditions must hold. */
export interface AuditFilter {
  /** Start of the time range, inclusive. */
  readonly createdFrom?: Date | undefined;
  /** End of the time range, exclusive. */
  readonly createdBefore?: Date | undefined;
  readonly targetType?: string | undefined;
  readonly targetId?: string | undefined;
  readonly authorId?: number | undefined;
}

/** A range of the log by the ids of its rows. */
export interface IdRange {
  /** The lowest id. */
  readonly from: number;
  /** Upper bound of the ids, exclusive; `null` for no bound. */
  readonly below: number | null;
}

/** Rows per read when all are read. */
const BATCH = 1000;

const ALL_TYPES: Record<ChangeTarget['type'], true> = {
  token: true,
  user: true,
  account: true,
  membership: true,
  server: true,
};

@Injectable()
export class AuditLog {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * The range of ids that contains all rows of the filter's time range, determined once for all pages of a list. Rows
   * are ordered by id, which may differ from the order of their times because several instances write concurrently.
   */
  async idRangeOf({ createdFrom, createdBefore }: AuditFilter): Promise<IdRange> {
    if (!createdFrom && !createdBefore) return { from: 0, below: null };
    const ids = await this.unitOfWork.read((manager) =>
      manager
        .createQueryBuilder(AuditRecord, 'row')
        // `+ 0` makes PostgreSQL use the index on the time; otherwise it would scan the ids for the first match.
        .select('MIN(row.id + 0)', 'first')
        .addSelect('MAX(row.id + 0)', 'last')
        .where({
          createdAt: And(
            ...(createdFrom ? [MoreThanOrEqual(createdFrom)] : []),
            ...(createdBefore ? [LessThan(createdBefore)] : []),
          ),
        })
        .getRawOne<{ first: number | null; last: number | null }>(),
    );
    return { from: ids?.first ?? 0, below: (ids?.last ?? -1) + 1 };
  }

  /** The newest matching rows of a range, at most `limit`. */
  page(filter: AuditFilter, range: IdRange, limit: number): Promise<AuditRecord[]> {
    return this.unitOfWork.read((manager) => fitting(manager, filter, range).take(limit).getMany());
  }

  /** All matching rows, newest first, in batches. */
  async *all(filter: AuditFilter): AsyncGenerator<AuditRecord[]> {
    let range = await this.idRangeOf(filter);
    for (;;) {
      const batch = await this.page(filter, range, BATCH);
      yield batch;
      const last = batch.at(-1);
      if (!last || batch.length < BATCH) return;
      range = { ...range, below: last.id };
    }
  }
}

/**
 * Removes the oldest rows before a point in time, at most `limit`. A row for several events counts from the last of them.
 * @returns the number of removed rows
 */
export async function removeAuditRows({ manager }: Transaction, before: Date, limit: number): Promise<number> {
  const rows = await manager
    .createQueryBuilder(AuditRecord, 'row')
    .select('row.id')
    .where({ createdAt: LessThan(before) })
    .andWhere('(row.lastAt IS NULL OR row.lastAt < :before)', { before: before.getTime() })
    .orderBy('row.createdAt', 'ASC')
    .take(limit)
    .getMany();
  if (rows.length > 0) await manager.delete(AuditRecord, { id: In(rows.map(({ id }) => id)) });
  return rows.length;
}

function fitting(
  manager: EntityManager,
  filter: AuditFilter,
  { from, below }: IdRange,
): SelectQueryBuilder<AuditRecord> {
  const { createdFrom, createdBefore, targetType, targetId, authorId } = filter;
  const where: FindOptionsWhere<AuditRecord> = {
    id: below === null ? MoreThanOrEqual(from) : And(MoreThanOrEqual(from), LessThan(below)),
    ...(targetType !== undefined && { targetType }),
    ...(targetId !== undefined && { targetId }),
    // The index begins with the type.
    ...(targetId !== undefined && targetType === undefined && { targetType: In(Object.keys(ALL_TYPES)) }),
    ...(authorId !== undefined && { authorId }),
  };
  const query = manager.createQueryBuilder(AuditRecord, 'row').where(where).orderBy('row.id', 'DESC');
  // `+ 0` avoids the index on the time: the range of ids is as narrow, and already in the right order.
  if (createdFrom) query.andWhere('row.createdAt + 0 >= :from', { from: createdFrom.getTime() });
  if (createdBefore) query.andWhere('row.createdAt + 0 < :before', { before: createdBefore.getTime() });
  return query;
}
