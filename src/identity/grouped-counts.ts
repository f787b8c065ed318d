/** Counts the rows of each of some owners, of whom one may have any number. */
import type { ObjectLiteral, ObjectType, SelectQueryBuilder } from 'typeorm';
import type { LongReads, ReaderId, SlicedQuery, UnitOfWork } from '../core/index.js';

/** So many rows are counted by one statement: some milliseconds. */
const ROWS_AT_ONCE = 2000;

/** Rows by their owner. */
export interface OwnedCount<E extends ObjectLiteral> {
  readonly entity: ObjectType<E>;
  /** The property that names the owner. */
  readonly owner: string & keyof E;
  /** Which rows count. */
  readonly where?: (rows: SelectQueryBuilder<E>) => unknown;
  /** An order of the rows of one owner that an index has. */
  readonly order: SlicedQuery<E>['order'];
}

export class GroupedCounts {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reads: LongReads,
  ) {}

  /** The numbers of rows by their owners, as text; who has none is not there. */
  async of<E extends ObjectLiteral>(
    reader: ReaderId,
    count: OwnedCount<E>,
    owners: readonly (string | number)[],
  ): Promise<ReadonlyMap<string, number>> {
    const [few, sum] = await this.together(count, owners);
    return sum < ROWS_AT_ONCE ? few : this.oneByOne(reader, count, owners);
  }

  private async together<E extends ObjectLiteral>(
    { entity, owner, where }: OwnedCount<E>,
    owners: readonly (string | number)[],
  ): Promise<[ReadonlyMap<string, number>, number]> {
    const rows = await this.unitOfWork.read((manager) => {
      const some = manager
        .createQueryBuilder(entity, 'row')
        .select(`row.${owner}`, 'owner')
        .where(`row.${owner} IN (:...owners)`, { owners })
        .limit(ROWS_AT_ONCE);
      where?.(some);
      return manager
        .createQueryBuilder()
        .select('counted.owner', 'owner')
        .addSelect('COUNT(*)', 'count')
        .from(`(${some.getQuery()})`, 'counted')
        .setParameters(some.getParameters())
        .groupBy('counted.owner')
        .getRawMany<{ owner: string | number; count: string | number }>();
    });
    const counts = rows.map((row): [string, number] => [String(row.owner), Number(row.count)]);
    return [new Map(counts), counts.reduce((sum, [, number]) => sum + number, 0)];
  }

  private async oneByOne<E extends ObjectLiteral>(
    reader: ReaderId,
    { entity, owner, where, order }: OwnedCount<E>,
    owners: readonly (string | number)[],
  ): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const each of owners) {
      const number = await this.reads.count(reader, {
        entity,
        where: (rows) => rows.andWhere(`row.${owner} = :owner`, { owner: each }),
        filter: where,
        order,
      });
      if (number > 0) counts.set(String(each), number);
    }
    return counts;
  }
}
