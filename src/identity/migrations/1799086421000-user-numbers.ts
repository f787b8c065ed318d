/** Adds the table of the numbers of users whose directory is the host's. */
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { dataSourceOf, migrationColumns } from '../../core/index.js';

const { counter, text } = migrationColumns;

const TABLE = 'latchkey_user_number';

/** Far above the ids of Latchkey's own users. */
const IDS_BEFORE = 1_000_000_000;

export class UserNumbers1799086421000 implements MigrationInterface {
  name = 'UserNumbers1799086421000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({ name: TABLE, columns: [counter('latchkey_user_number_pk'), text('host_id', 255)] }),
    );
    const index = { name: 'latchkey_user_number_host_id', columnNames: ['host_id'], isUnique: true };
    await queryRunner.createIndex(TABLE, new TableIndex(index));
    const isSqlite = dataSourceOf(queryRunner).options.type === 'better-sqlite3';
    await queryRunner.query(
      isSqlite
        ? `INSERT INTO "sqlite_sequence" ("name", "seq") VALUES ('${TABLE}', ${String(IDS_BEFORE)})`
        : `SELECT setval(pg_get_serial_sequence('${TABLE}', 'id'), ${String(IDS_BEFORE)})`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable(TABLE);
  }
}
