/** Gives accounts their names: who may rename an account, how often, and what is said of a name that is taken. */
import { Inject, Injectable } from '@nestjs/common';
import { IsNull, type EntityManager } from 'typeorm';
import { DomainError, EntryRefused, rowsWith, type Actor, type Transaction } from '../../core/index.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from '../options.js';
import { readAccountName } from './account-name.js';
import type { Label } from './label.js';
import { nameForm } from './name-forms.js';
import { TakenName } from './taken-name.entity.js';
import { TakenNames, type NameConflict } from './taken-names.js';

/** What an administrator of the server may do with names. Ignored for others. */
export interface NameRights {
  /** Whether to take a name that is reserved for another account. Default: no. */
  readonly takesReserved?: boolean | undefined;
}

@Injectable()
export class AccountNaming {
  constructor(
    private readonly names: TakenNames,
    @Inject(IDENTITY_OPTIONS) private readonly options: IdentityOptions,
  ) {}

  /**
   * Gives a new account its name.
   * @throws DomainError `account_name_taken`
   */
  async give(tx: Transaction, id: string, label: Label, { takesReserved = false }: NameRights): Promise<void> {
    const isByServer = isServer(tx.actor);
    const conflict = await this.names.give(tx, 'account', id, label, isByServer && takesReserved);
    if (conflict) throw accountNameTaken(isByServer ? conflict : undefined);
  }

  /**
   * Gives new accounts their names. They are given by the server or one of its administrators.
   * @throws EntryRefused `account_name_taken`
   */
  async giveAll(tx: Transaction, wanted: readonly { readonly owner: string; readonly label: Label }[]): Promise<void> {
    const refused = await this.names.giveAll(tx, 'account', wanted);
    if (refused) throw new EntryRefused(refused.at, accountNameTaken(refused.conflict));
  }

  /**
   * Gives an account another name; the old one stays reserved for it for a while.
   * @throws DomainError `account_name_taken`, `change_reserved`, `quota_reached` (names reserved for the account)
   */
  async rename(tx: Transaction, id: string, label: Label, rights: NameRights): Promise<void> {
    if (!isServer(tx.actor)) await this.requireMayRename(tx, id, label);
    await this.give(tx, id, label, rights);
  }

  /** Takes back the name of a deleted account, which stays reserved for a while. */
  free(tx: Transaction, id: string): Promise<void> {
    return this.names.free(tx, 'account', id);
  }

  /** The id of the account that has this name, in whatever case and normal form it is written; `null` if none has it. */
  async ownerOf(manager: EntityManager, name: string): Promise<string | null> {
    const label = readAccountName(name);
    return 'flaw' in label ? null : this.names.ownerOf(manager, 'account', label);
  }

  /** The ids of the accounts that have these names, by the name as given; without those that no account has. */
  async ownersOf(manager: EntityManager, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const keys = new Map<string, string>();
    for (const name of names) {
      const label = readAccountName(name);
      if (!('flaw' in label)) keys.set(name, nameForm(label.key));
    }
    const rows = await rowsWith(manager, TakenName, 'key', keys.values(), { scope: 'account', freedAt: IsNull() });
    const owners = new Map(rows.map(({ key, owner }) => [key, owner]));
    return new Map([...keys].flatMap(([name, key]) => (owners.has(key) ? [[name, owners.get(key) ?? '']] : [])));
  }

  private async requireMayRename(tx: Transaction, id: string, label: Label): Promise<void> {
    const { rights, names } = this.options;
    if (rights.renameAccounts === 'server') {
      throw new DomainError('change_reserved', 'only administrators of the server may rename accounts');
    }
    if ((await this.names.reserved(tx, 'account', id, label)) >= names.reservedPerAccount) {
      throw new DomainError(
        'quota_reached',
        `${String(names.reservedPerAccount)} earlier names are reserved for this account already; take one of them, ` +
          'wait until one is free, or ask an administrator of the server',
      );
    }
  }
}

/** @throws DomainError `invalid_value` */
export function accountLabel(name: string): Label {
  const label = readAccountName(name);
  if ('flaw' in label) throw new DomainError('invalid_value', `name ${label.flaw}`);
  return label;
}

/** @param conflict - only for administrators of the server: tenants must not learn of each other */
export function accountNameTaken(conflict?: NameConflict): DomainError {
  if (!conflict) return new DomainError('account_name_taken', 'the name is in use or reserved; choose another name');
  const { by, owner, reservedUntil } = conflict;
  const verb = by === 'look' ? 'looks like' : 'is';
  const message = reservedUntil
    ? `the name ${verb} one that is reserved until ${reservedUntil.toISOString()} for account ${owner}, which had it; ` +
      'choose another name, or take this one all the same (take_reserved_name)'
    : `the name ${verb} that of account ${owner}; choose another name`;
  return new DomainError('account_name_taken', message);
}

function isServer({ admin, kind }: Actor): boolean {
  return admin || kind === 'system';
}
