/** Reads the audit log (newest first, in batches) and removes old rows. */
import { Injectable } from '@nestjs/common';
import { And, In, LessThan, MoreThan, MoreThanOrEqual } from 'typeorm';
import { TARGET_TYPES, fittingRows, type AuditFilter, type IdRange } from './audit-query.js';
import { AuditRecord } from './audit-record.entity.js';
import { storedTime } from '../database/columns.js';
import { LongReads } from '../database/long-reads.js';
import type { ReaderId } from '../database/read-slots.js';
import type { SlicedQuery } from '../database/sliced-query.js';
import type { Transaction } from '../database/transaction.js';
import { UnitOfWork } from '../database/unit-of-work.js';

@Injectable()
export class AuditLog {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
  ) {}

  /**
   * The range of ids that contains all rows of the filter's time range, determined once for all pages of a list. Rows
   * are ordered by id, which may differ from the order of their times because several instances write concurrently.
   */
  async idRangeOf(reader: ReaderId, { createdFrom, createdBefore }: AuditFilter): Promise<IdRange> {
    if (!createdFrom && !createdBefore) return { from: 0, below: null };
    const createdAt = And(
      ...(createdFrom ? [MoreThanOrEqual(storedTime(createdFrom))] : []),
      ...(createdBefore ? [LessThan(storedTime(createdBefore))] : []),
    );
    const query: SlicedQuery<AuditRecord> = {
      entity: AuditRecord,
      where: (rows) => rows.andWhere({ createdAt }),
      order: ['createdAt', 'id'],
    };
    // `+ 0` makes PostgreSQL use the index on the time; otherwise it would scan the ids for the first match.
    const columns = { first: 'MIN(row.id + 0)', last: 'MAX(row.id + 0)' };
    const ranges = await this.reads.aggregates(reader, query, columns);
    const ids = (name: keyof typeof columns): number[] =>
      ranges.flatMap((range) => (range[name] as number | null) ?? []);
    const last = Math.max(-1, ...ids('last'));
    return { from: Math.min(last + 1, ...ids('first')), below: last + 1 };
  }

  /** The newest matching rows of a range, at most `limit`. */
  async page(reader: ReaderId, filter: AuditFilter, range: IdRange, limit: number): Promise<AuditRecord[]> {
    return this.reads.part(reader, fittingRows(await this.withType(filter), range), { offset: 0, limit });
  }

  /** The id of the newest row; 0 for an empty log. */
  async newestId(): Promise<number> {
    return (await this.unitOfWork.read((manager) => manager.maximum(AuditRecord, 'id'))) ?? 0;
  }

  /** Rows after an id, oldest first, at most `limit`. */
  since(id: number, limit: number): Promise<AuditRecord[]> {
    return this.unitOfWork.read((manager) =>
      manager.find(AuditRecord, { where: { id: MoreThan(id) }, order: { id: 'ASC' }, take: limit }),
    );
  }

  /** Those of these rows that exist. */
  some(ids: readonly number[]): Promise<AuditRecord[]> {
    return this.unitOfWork.read((manager) => manager.find(AuditRecord, { where: { id: In([...ids]) } }));
  }

  /** All matching rows, newest first, in batches. */
  async *all(reader: ReaderId, filter: AuditFilter): AsyncGenerator<AuditRecord[], void> {
    const range = await this.idRangeOf(reader, filter);
    yield* this.reads.batches(reader, fittingRows(await this.withType(filter), range));
  }

  /** Adds the type of the target, by which the index begins, unless there are targets of several types. */
  async withType(filter: AuditFilter): Promise<AuditFilter> {
    const { targetId, targetType } = filter;
    if (targetId === undefined || targetType !== undefined) return filter;
    const types = await this.unitOfWork.read(async (manager) => {
      const found: string[] = [];
      for (const type of TARGET_TYPES) {
        const where = { targetType: type, targetId };
        if (await manager.findOne(AuditRecord, { select: { id: true }, where })) found.push(type);
      }
      return found;
    });
    return types.length > 1 ? filter : { ...filter, targetType: types[0] ?? '' };
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
    .where({ createdAt: LessThan(storedTime(before)) })
    .andWhere('(row.lastAt IS NULL OR row.lastAt < :before)', { before: before.getTime() })
    .orderBy('row.createdAt', 'ASC')
    .take(limit)
    .getMany();
  if (rows.length > 0) await manager.delete(AuditRecord, { id: In(rows.map(({ id }) => id)) });
  return rows.length;
}
