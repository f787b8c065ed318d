/** Gives names to users, accounts and groups, so that no two can be mistaken for each other, and takes them back. */
import { Inject, Injectable } from '@nestjs/common';
import { And, In, IsNull, LessThanOrEqual, Like, MoreThan, Not, type EntityManager } from 'typeorm';
import { insertRows, rowsWith, storedTime, type Transaction } from '../../core/index.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from '../options.js';
import { RecordedTime } from '../recorded-time.js';
import type { Label } from './label.js';
import { formsOf, isLook, nameForm } from './name-forms.js';
import { TakenName, type NameScope } from './taken-name.entity.js';

const DAY_MS = 86_400_000;

/** Why a name cannot be had. */
export interface NameConflict {
  /** Whether it is the same name, or only looks like it. */
  readonly by: 'name' | 'look';
  /** The id of the user, account or group. */
  readonly owner: string;
  /** Until when the name is reserved for its former owner; `null` while it is in use. */
  readonly reservedUntil: Date | null;
}

@Injectable()
export class TakenNames {
  constructor(
    @Inject(IDENTITY_OPTIONS) private readonly options: IdentityOptions,
    private readonly time: RecordedTime,
  ) {}

  /**
   * Gives an owner a name instead of the one it has, which is reserved for a while if it is that of an account.
   * @param takesReserved - whether the owner may have a name that is reserved for another
   * @returns why it cannot be given; then nothing has changed
   * @throws UniqueViolation if somebody else was given it in the meantime
   */
  async give(
    tx: Transaction,
    scope: NameScope,
    owner: string,
    label: Label,
    takesReserved = false,
  ): Promise<NameConflict | null> {
    const forms = formsOf(label);
    const since = this.reservedSince(await this.time.of(tx));
    const held = await tx.manager.findBy(TakenName, { scope, key: In(forms) });
    const isFree = (row: TakenName): boolean => (takesReserved ? row.freedAt !== null : isOver(row, since));
    const others = held.filter((row) => row.owner !== owner && !isFree(row));
    const conflict = this.conflictIn(others);
    if (conflict) return conflict;
    await this.free(tx, scope, owner);
    await tx.manager.delete(TakenName, { freedAt: LessThanOrEqual(storedTime(since)) });
    if (takesReserved) await tx.manager.delete(TakenName, { scope, key: In(forms), freedAt: Not(IsNull()) });
    // In order, so that two who want the same forms wait for each other and do not deadlock.
    const mine = forms.filter((form) => others.every(({ key }) => key !== form)).sort();
    await tx.manager.delete(TakenName, { scope, key: In(mine), owner });
    await tx.manager.insert(
      TakenName,
      mine.map((key) => ({ scope, key, owner, freedAt: null })),
    );
    return null;
  }

  /**
   * Gives new owners their names, one after the other.
   * @returns the first of them whose name cannot be given, and why; then nothing has changed
   * @throws UniqueViolation if somebody else was given one in the meantime
   */
  async giveAll(
    tx: Transaction,
    scope: NameScope,
    wanted: readonly { readonly owner: string; readonly label: Label }[],
  ): Promise<{ readonly at: number; readonly conflict: NameConflict } | null> {
    const forms = wanted.map(({ label }) => formsOf(label));
    const since = this.reservedSince(await this.time.of(tx));
    const before = await rowsWith(tx.manager, TakenName, 'key', forms.flat(), { scope });
    const held = new Map(before.map((row) => [row.key, row]));
    const given = new Map<string, TakenName>();
    for (const [at, { owner }] of wanted.entries()) {
      const mine = (forms[at] ?? []).map((key) => held.get(key) ?? { scope, key, owner, freedAt: null });
      const others = mine.filter((row) => row.owner !== owner && !isOver(row, since));
      const conflict = this.conflictIn(others);
      if (conflict) return { at, conflict };
      for (const { key } of mine.filter((row) => !others.includes(row))) {
        const row = { scope, key, owner, freedAt: null };
        held.set(key, row);
        given.set(key, row);
      }
    }
    await tx.manager.delete(TakenName, { freedAt: LessThanOrEqual(storedTime(since)) });
    // An owner of that id may have had the same name before.
    const again = before.filter(({ key, freedAt }) => given.has(key) && !isOver({ freedAt }, since));
    if (again.length > 0) await tx.manager.delete(TakenName, { scope, key: In(again.map(({ key }) => key)) });
    // In order, so that two who want the same forms wait for each other and do not deadlock.
    const rows = [...given.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
    await insertRows(tx.manager, TakenName, rows);
    return null;
  }

  /** Takes back the name of an owner; that of an account stays reserved for a while. */
  async free(tx: Transaction, scope: NameScope, owner: string): Promise<void> {
    const current = { scope, owner, freedAt: IsNull() };
    if (scope === 'account' && this.keptMs > 0)
      await tx.manager.update(TakenName, current, { freedAt: await this.time.of(tx) });
    else await tx.manager.delete(TakenName, current);
  }

  /** The owner that has a name now; `null` if none has it. */
  async ownerOf(manager: EntityManager, scope: NameScope, { key }: Pick<Label, 'key'>): Promise<string | null> {
    const row = await manager.findOneBy(TakenName, { scope, key: nameForm(key), freedAt: IsNull() });
    return row?.owner ?? null;
  }

  /** How many other names are reserved for an owner, which would leave the given one aside. */
  async reserved(tx: Transaction, scope: NameScope, owner: string, { key }: Label): Promise<number> {
    const names = And(Like('name:%'), Not(nameForm(key)));
    const freedAt = MoreThan(storedTime(this.reservedSince(await this.time.of(tx))));
    return tx.manager.countBy(TakenName, { scope, owner, key: names, freedAt });
  }

  private get keptMs(): number {
    return this.options.names.reservedDays * DAY_MS;
  }

  /** What was freed then or earlier is no longer reserved. */
  private reservedSince(now: Date): Date {
    return new Date(now.getTime() - this.keptMs);
  }

  /** @param others - what is held by others of the forms of a name */
  private conflictIn(others: readonly TakenName[]): NameConflict | null {
    const alike = this.options.names.lookAlikes === 'refuse' ? others[0] : undefined;
    const conflict = others.find(({ key }) => !isLook(key)) ?? alike;
    return conflict ? this.conflictOf(conflict) : null;
  }

  private conflictOf({ key, owner, freedAt }: TakenName): NameConflict {
    const reservedUntil = freedAt && new Date(freedAt.getTime() + this.keptMs);
    return { by: isLook(key) ? 'look' : 'name', owner, reservedUntil };
  }
}

function isOver({ freedAt }: Pick<TakenName, 'freedAt'>, since: Date): boolean {
  return freedAt !== null && freedAt <= since;
}
