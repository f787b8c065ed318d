/** The rows that have a name: users with their e-mail addresses, and accounts. */
import type { QueryRunner } from 'typeorm';
import { readAccountName } from '../labels/account-name.js';
import { readEmailAddress } from '../labels/email-address.js';
import type { Flawed, Label } from '../labels/label.js';
import type { NameScope } from '../labels/taken-name.entity.js';

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
      const rows = (await queryRunner.query(
        `SELECT "id", "email", "email_key", "name" FROM "latchkey_user" WHERE "id" > ${String(last)}
         ORDER BY "id" LIMIT ${String(limit)}`,
      )) as { id: number; email: string; email_key: string; name: string }[];
      yield rows.map(({ id, email, email_key: key, name }) => ({ id: String(id), text: email, key, title: name }));
      if (rows.length < limit) return;
      last = rows.at(-1)?.id ?? 0;
    }
  },
  async store(queryRunner, { id, text, key }, label) {
    if (text === label.text && key === label.key) return true;
    const [one, two, three] = parameters(queryRunner, 3);
    const other = `SELECT "id" FROM "latchkey_user" WHERE "email_key" = ${one} AND "id" <> ${two}`;
    if (((await queryRunner.query(other, [label.key, Number(id)])) as unknown[]).length > 0) return false;
    await queryRunner.query(`UPDATE "latchkey_user" SET "email" = ${one}, "email_key" = ${two} WHERE "id" = ${three}`, [
      label.text,
      label.key,
      Number(id),
    ]);
    return true;
  },
  async restore(queryRunner, id, { before, after }) {
    const [one, two, three, four] = parameters(queryRunner, 4);
    await queryRunner.query(
      `UPDATE "latchkey_user" SET "email" = ${one}, "email_key" = ${two} WHERE "id" = ${three} AND "email" = ${four}`,
      [before, before.toLowerCase(), Number(id), after],
    );
  },
};

export const ACCOUNTS: NamedKind = {
  scope: 'account',
  target: 'account',
  field: 'name',
  list: 'accounts',
  read: readAccountName,
  async *rows(queryRunner, limit) {
    const rows = (await queryRunner.query(
      'SELECT "id", "name" FROM "latchkey_account" ORDER BY "created_at", "id"',
    )) as { id: string; name: string }[];
    for (let at = 0; at < rows.length; at += limit) {
      yield rows.slice(at, at + limit).map(({ id, name }) => ({ id, text: name, key: name, title: name }));
    }
  },
  async store(queryRunner, { id, text }, label) {
    if (text === label.text) return true;
    const [one, two] = parameters(queryRunner, 2);
    const other = `SELECT "id" FROM "latchkey_account" WHERE "name" = ${one}`;
    if (((await queryRunner.query(other, [label.text])) as unknown[]).length > 0) return false;
    await queryRunner.query(`UPDATE "latchkey_account" SET "name" = ${one} WHERE "id" = ${two}`, [label.text, id]);
    return true;
  },
  async restore(queryRunner, id, { before, after }) {
    const [one, two, three] = parameters(queryRunner, 3);
    await queryRunner.query(`UPDATE "latchkey_account" SET "name" = ${one} WHERE "id" = ${two} AND "name" = ${three}`, [
      before,
      id,
      after,
    ]);
  },
};

/** The placeholders of a statement, which differ between the engines. */
function parameters(queryRunner: QueryRunner, count: number): string[] {
  return Array.from({ length: count }, (_, at) => queryRunner.dataSource.driver.createParameter('', at));
}
