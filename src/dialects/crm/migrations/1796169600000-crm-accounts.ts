/** Moves what accounts say of access tokens into a table of this dialect. */
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../../core/index.js';

const { key } = migrationColumns;

const ACCOUNT = '"latchkey_account"';
const OWN = '"latchkey_crm_account"';

export class CrmAccounts1796169600000 implements MigrationInterface {
  name = 'CrmAccounts1796169600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'latchkey_crm_account',
        columns: [
          key('account_id', 32, 'latchkey_crm_account_pk'),
          { name: 'allow_no_identifier', type: 'boolean', isNullable: true },
          { name: 'last_token_number', type: 'integer' },
        ],
      }),
    );
    await queryRunner.query(
      `INSERT INTO ${OWN} ("account_id", "allow_no_identifier", "last_token_number")
       SELECT "id", "allow_no_identifier", "last_token_number" FROM ${ACCOUNT}
       WHERE "allow_no_identifier" IS NOT NULL OR "last_token_number" > 0`,
    );
    for (const column of ['allow_no_identifier', 'last_token_number']) {
      await queryRunner.query(`ALTER TABLE ${ACCOUNT} DROP COLUMN "${column}"`);
    }
    // TypeORM would go on with the table as it read it before.
    await queryRunner.getTable('latchkey_account');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE ${ACCOUNT} ADD COLUMN "allow_no_identifier" boolean`);
    await queryRunner.query(`ALTER TABLE ${ACCOUNT} ADD COLUMN "last_token_number" integer NOT NULL DEFAULT 0`);
    const own = (column: string): string =>
      `(SELECT "own"."${column}" FROM ${OWN} AS "own" WHERE "own"."account_id" = ${ACCOUNT}."id")`;
    await queryRunner.query(
      `UPDATE ${ACCOUNT} SET "allow_no_identifier" = ${own('allow_no_identifier')},
       "last_token_number" = COALESCE(${own('last_token_number')}, 0)`,
    );
    await queryRunner.dropTable('latchkey_crm_account');
    await queryRunner.getTable('latchkey_account');
  }
}
