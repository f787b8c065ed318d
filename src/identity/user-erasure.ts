/**
 * Deletes a user, and removes from the audit log who they were: rows keep the id of the user, and lose name, address and
 * origin. It may be interrupted at any time and begun again: the row of the deletion, by which the address is checked, is
 * the last one that changes.
 */
import { Injectable } from '@nestjs/common';
import { In, type SelectQueryBuilder } from 'typeorm';
import { AuditRecord, UnitOfWork, UserDirectory, nextTurn, type Actor } from '../core/index.js';
import { UserErased } from './changes.js';
import { HostUserRows } from './host-users/host-user-rows.js';
import { LocalUserDirectory } from './local-user-directory.js';
import { ImportedUser } from './imported-user.entity.js';
import { emailKeyOf } from './labels/email-address.js';
import { erasedFrom, type ErasedPerson } from './erased-rows.js';
import { userNotFound } from './user-row-lock.js';
import { User } from './user.entity.js';
import { UserService } from './user.service.js';

/** Rows that are read, and changed, in one turn. */
const ROWS_AT_ONCE = 200;

type Condition = (query: SelectQueryBuilder<AuditRecord>) => unknown;

@Injectable()
export class UserErasure {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly users: UserService,
    private readonly directory: UserDirectory,
    private readonly hostRows: HostUserRows,
  ) {}

  /**
   * The address of a user, or of one who is deleted already and not erased yet; of a user of a host who is gone there, the
   * id.
   * @throws DomainError `user_not_found`
   */
  async addressOf(id: number): Promise<string> {
    const user = await this.unitOfWork.read((manager) => manager.findOneBy(User, { id }));
    const email = user?.email ?? (await this.deletion(id))?.details.email ?? (await this.ofHost(id))?.email;
    if (typeof email !== 'string') throw userNotFound(id);
    return email;
  }

  /**
   * @returns how many rows of the audit log have changed
   * @throws DomainError `user_not_found`, `last_admin`
   */
  async erase(actor: Actor, id: number): Promise<number> {
    const address = await this.addressOf(id);
    const user = await this.unitOfWork.read((manager) => manager.findOneBy(User, { id }));
    const ofHost = user ? null : await this.ofHost(id);
    if (user) await this.users.delete(actor, id);
    if (ofHost) await this.hostRows.remove(actor, id);
    const name = user?.name ?? (await this.deletion(id))?.targetName ?? ofHost?.name ?? null;
    const person: ErasedPerson = {
      id,
      names: new Set(name === null ? [] : [name]),
      keys: new Set([emailKeyOf(address)]),
    };
    let rows = 0;
    const about = { targetType: 'user', targetId: String(id) };
    // First the addresses that they had before: failed logins name them, too.
    rows += await this.pass(actor, person, (query) =>
      query.andWhere(about).andWhere('row.action <> :deleted', { deleted: 'user.deleted' }),
    );
    rows += await this.pass(actor, person, (query) => query.andWhere({ authorId: id }));
    rows += await this.pass(actor, person, (query) =>
      query.andWhere("row.targetType = 'user' AND row.targetId IS NULL"),
    );
    rows += await this.pass(actor, person, (query) => query.andWhere({ userId: id }));
    rows += await this.pass(actor, person, (query) => query.andWhere(about));
    await this.unitOfWork.write(actor, async (tx) => {
      await tx.manager.delete(ImportedUser, { userId: id });
      tx.record(new UserErased(id, { audit_rows: rows }));
    });
    return rows;
  }

  /** A user of a host, who may be gone there. */
  private async ofHost(id: number): Promise<{ readonly email: string; readonly name: string | null } | null> {
    if (this.directory instanceof LocalUserDirectory) return null;
    const user = await this.directory.find(id);
    if (user) return user;
    const shownId = (await this.directory.idsOf([id], this.unitOfWork)).get(id);
    return shownId === undefined ? null : { email: shownId, name: null };
  }

  private deletion(id: number): Promise<AuditRecord | null> {
    return this.unitOfWork.read((manager) =>
      manager.findOne(AuditRecord, {
        where: { targetType: 'user', targetId: String(id), action: 'user.deleted' },
        order: { id: 'DESC' },
      }),
    );
  }

  /** Looks through the rows that fit, oldest first. @returns how many have changed */
  private async pass(actor: Actor, person: ErasedPerson, condition: Condition): Promise<number> {
    let [changed, after] = [0, 0];
    for (;;) {
      await nextTurn();
      const rows = await this.unitOfWork.read((manager) => {
        const query = manager.createQueryBuilder(AuditRecord, 'row').where('row.id > :after', { after });
        condition(query);
        return query.orderBy('row.id', 'ASC').limit(ROWS_AT_ONCE).getMany();
      });
      const last = rows.at(-1);
      if (!last) return changed;
      changed += await this.change(actor, rows, person);
      after = last.id;
    }
  }

  /** Rows that change in the same way are changed by one statement. */
  private async change(actor: Actor, rows: readonly AuditRecord[], person: ErasedPerson): Promise<number> {
    const alike = new Map<string, { readonly ids: number[]; readonly values: Partial<AuditRecord> }>();
    let count = 0;
    for (const row of rows) {
      const values = erasedFrom(row, person);
      if (!values) continue;
      count += 1;
      const key = JSON.stringify(values);
      const group = alike.get(key) ?? { ids: [], values };
      group.ids.push(row.id);
      alike.set(key, group);
    }
    if (count === 0) return 0;
    await this.unitOfWork.write(actor, async ({ manager }) => {
      for (const { ids, values } of alike.values())
        await manager.update(AuditRecord, { id: In(ids) }, values as object);
    });
    return count;
  }
}
