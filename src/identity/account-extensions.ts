/** What other parts of the server keep for each account: settings, and rows that are deleted with the account. */
import type { EntityManager } from 'typeorm';
import type { Transaction } from '../core/index.js';

/** A setting of accounts. */
export interface AccountSetting {
  /** Its name in API requests and responses. */
  readonly name: string;
  /** Its name in records of changes. */
  readonly field: string;
  /** The value for accounts that have none. */
  readonly default: unknown;
  readonly isValid: (value: unknown) => boolean;
  /** The valid values, for messages: `true, false or null`. */
  readonly expected: string;
  readonly documentation: {
    /** An OpenAPI schema. */
    readonly schema: Readonly<Record<string, unknown>>;
    /** What the setting does, in Markdown. */
    readonly description: string;
    readonly example: unknown;
    /** What setting the example does. */
    readonly exampleTitle: string;
  };
  /** The values by the id of the account; accounts that have none may be missing. */
  readonly read: (manager: EntityManager, accountIds: readonly string[]) => Promise<ReadonlyMap<string, unknown>>;
  /** Called with the account locked for update. */
  readonly write: (tx: Transaction, accountId: string, value: unknown) => Promise<void>;
}

/** What one part of the server keeps for accounts. */
export interface AccountExtension {
  readonly settings: readonly AccountSetting[];
  /** Deletes its rows of an account, in the transaction that deletes the account. */
  readonly deleteRows: (tx: Transaction, accountId: string) => Promise<void>;
  /**
   * Deletes some of its rows of an account, where there may be many: in the transaction that deletes the account, and in
   * later ones if there are more.
   * @returns how many; fewer than `limit` only if none is left
   */
  readonly removeSome?: (manager: EntityManager, accountId: string, limit: number) => Promise<number>;
}

/** Values of settings by the names of the settings. */
export type AccountSettingValues = Readonly<Record<string, unknown>>;

/** All extensions of a server. Also the injection token. */
export class AccountExtensions {
  readonly settings: readonly AccountSetting[];

  constructor(private readonly all: readonly AccountExtension[]) {
    this.settings = all.flatMap(({ settings }) => settings);
  }

  /** The values of all settings, for each of these accounts. */
  async read(manager: EntityManager, accountIds: readonly string[]): Promise<AccountSettingValues[]> {
    const read: (readonly [AccountSetting, ReadonlyMap<string, unknown>])[] = [];
    for (const setting of this.settings) read.push([setting, await setting.read(manager, accountIds)]);
    return accountIds.map((id) =>
      Object.fromEntries(read.map(([setting, values]) => [setting.name, values.get(id) ?? setting.default])),
    );
  }

  /**
   * Writes the settings that differ.
   * @returns the names of their fields in records of changes
   */
  async write(tx: Transaction, accountId: string, changes: AccountSettingValues): Promise<string[]> {
    const [present = {}] = await this.read(tx.manager, [accountId]);
    const differing = this.settings.filter(
      ({ name }) => Object.hasOwn(changes, name) && changes[name] !== present[name],
    );
    for (const { name, write } of differing) await write(tx, accountId, changes[name]);
    return differing.map(({ field }) => field);
  }

  async deleteRows(tx: Transaction, accountId: string): Promise<void> {
    for (const { deleteRows } of this.all) await deleteRows(tx, accountId);
  }

  /** Deletes rows where there may be many. @returns how many; fewer than `limit` only if none is left */
  async removeSome(manager: EntityManager, accountId: string, limit: number): Promise<number> {
    let removed = 0;
    for (const { removeSome } of this.all) {
      if (removeSome && removed < limit) removed += await removeSome(manager, accountId, limit - removed);
    }
    return removed;
  }
}
