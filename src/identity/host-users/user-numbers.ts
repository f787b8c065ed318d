/** Gives users of a host the numbers by which rows of this server refer to them. */
import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { RecentValues, Transactor, dataSourceOf, findRow, isStorableText } from '../../core/index.js';
import { HOST_ID_MAX, UserNumber } from './user-number.entity.js';

/** Users that are remembered; what was committed never changes. */
const REMEMBERED = 50_000;

/** Numbers are given when a user is first needed here, and never change. */
@Injectable()
export class UserNumbers {
  private readonly ids = new RecentValues<number, string>(REMEMBERED);

  constructor(private readonly transactor: Transactor) {}

  /**
   * The id of the user in the host, or `null` for a number that was never given.
   * @param manager - of a transaction that may just have given it
   */
  async idOf(number: number, manager?: EntityManager): Promise<string | null> {
    const known = this.ids.get(number);
    if (known !== undefined) return known;
    if (manager) return (await findRow(manager, UserNumber, { id: number }))?.hostId ?? null;
    const row = await this.transactor.read((own) => findRow(own, UserNumber, { id: number }));
    if (row) this.ids.set(number, row.hostId);
    return row?.hostId ?? null;
  }

  /** The ids of those of these users that have numbers. */
  async idsOf(numbers: readonly number[], manager: EntityManager): Promise<ReadonlyMap<number, string>> {
    if (numbers.length === 0) return new Map();
    const rows = await manager.findBy(UserNumber, { id: In([...new Set(numbers)]) });
    return new Map(rows.map(({ id, hostId }) => [id, hostId]));
  }

  /** The number of the user, or `null` if they have none. @param manager - of a transaction that may have given it */
  async numberOf(hostId: string, manager?: EntityManager): Promise<number | null> {
    if (!isStorableText(hostId, 1, HOST_ID_MAX)) return null;
    const find = (given: EntityManager): Promise<UserNumber | null> => findRow(given, UserNumber, { hostId });
    return (await (manager ? find(manager) : this.transactor.read(find)))?.id ?? null;
  }

  /**
   * The number of a user who is there, who gets one if they have none.
   * @param manager - of a transaction that needs it. Default: a transaction of its own
   */
  async give(hostId: string, manager?: EntityManager): Promise<number> {
    if (!isStorableText(hostId, 1, HOST_ID_MAX)) {
      throw new TypeError(`ids of users must be 1 to ${String(HOST_ID_MAX)} characters long`);
    }
    const known = await this.numberOf(hostId, manager);
    if (known !== null) return known;
    const give = async (given: EntityManager): Promise<number> => {
      const value = dataSourceOf(given).driver.createParameter('', 0);
      const insert = `INSERT INTO "latchkey_user_number" ("host_id") VALUES (${value}) ON CONFLICT ("host_id") DO NOTHING`;
      await given.query(insert, [hostId]);
      const row = await findRow(given, UserNumber, { hostId });
      if (!row) throw new Error('a user of the host got no number');
      return row.id;
    };
    return manager ? give(manager) : this.transactor.write(give);
  }
}
