/** The rows that have a name: users with their e-mail addresses, and accounts. */
import type { QueryRunner } from 'typeorm';
import { readAccountName } from '../labels/account-name.js';
import { readEmailAddress } from '../labels/email-address.js';
import type { Flawed, Label } from '../labels/label.js';
import type { NameScope } from '../labels/taken-name.entity.js';
import { runStatement } from './run-statement.js';

export interface NamedRow {
  readonly id: string;
  readonly text: string;
  /** By which the row is found today, where its name is not in normal form. */
  readonly key: string;
  /** What people call it, for the audit log. */
  readonly title: string;
}

/** One kind of row. */
export interface NamedKind {
  readonly scope: NameScope;
  readonly target: 'user' | 'account';
  readonly field: 'email' | 'name';
  readonly list: 'users' | 'accounts';
  readonly read: (text: string) => Label | Flawed;
  /** All rows, oldest first. */
  readonly rows: (queryRunner: QueryRunner, limit: number) => AsyncGenerator<NamedRow[]>;
  /** Stores a name in its normal form. @returns whether that is possible without taking it from another row */
  readonly store: (queryRunner: QueryRunner, row: NamedRow, label: Label) => Promise<boolean>;
  /** Stores a name as it was, if it is still what was made of it. */
  readonly restore: (queryRunner: QueryRunner, id: string, name: { before: string; after: string }) => Promise<void>;
}

export const USERS: NamedKind = {
  scope: 'email',
  target: 'user',
  field: 'email',
  list: 'users',
  read: readEmailAddress,
  async *rows(queryRunner, limit) {
    for (let last = 0; ;) {
      const rows = await runStatement<{ id: number; email: string; email_key: string; name: string }>(
        queryRunner,
        `SELECT "id", "email", "email_key", "name" FROM "latchkey_user" WHERE "id" > ?
         ORDER BY "id" LIMIT ${String(limit)}`,
        [last],
      );
      yield rows.map(({ id, email, email_key: key, name }) => ({ id: String(id), text: email, key, title: name }));
      if (rows.length < limit) return;
      last = rows.at(-1)?.id ?? 0;
    }
  },
  async store(queryRunner, { id, text, key }, label) {
    if (text === label.text && key === label.key) return true;
    const other = 'SELECT "id" FROM "latchkey_user" WHERE "email_key" = ? AND "id" <> ?';
    if ((await runStatement(queryRunner, other, [label.key, Number(id)])).length > 0) return false;
    const change = 'UPDATE "latchkey_user" SET "email" = ?, "email_key" = ? WHERE "id" = ?';
    await runStatement(queryRunner, change, [label.text, label.key, Number(id)]);
    return true;
  },
  async restore(queryRunner, id, { before, after }) {
    const change = 'UPDATE "latchkey_user" SET "email" = ?, "email_key" = ? WHERE "id" = ? AND "email" = ?';
    await runStatement(queryRunner, change, [before, before.toLowerCase(), Number(id), after]);
  },
};

export const ACCOUNTS: NamedKind = {
  scope: 'account',
  target: 'account',
  field: 'name',
  list: 'accounts',
  read: readAccountName,
  async *rows(queryRunner, limit) {
    const rows = await runStatement<{ id: string; name: string }>(
      queryRunner,
      'SELECT "id", "name" FROM "latchkey_account" ORDER BY "created_at", "id"',
    );
    for (let at = 0; at < rows.length; at += limit) {
      yield rows.slice(at, at + limit).map(({ id, name }) => ({ id, text: name, key: name, title: name }));
    }
  },
  async store(queryRunner, { id, text }, label) {
    if (text === label.text) return true;
    const other = 'SELECT "id" FROM "latchkey_account" WHERE "name" = ?';
    if ((await runStatement(queryRunner, other, [label.text])).length > 0) return false;
    await runStatement(queryRunner, 'UPDATE "latchkey_account" SET "name" = ? WHERE "id" = ?', [label.text, id]);
    return true;
  },
  async restore(queryRunner, id, { before, after }) {
    const change = 'UPDATE "latchkey_account" SET "name" = ? WHERE "id" = ? AND "name" = ?';
    await runStatement(queryRunner, change, [before, id, after]);
  },
};
