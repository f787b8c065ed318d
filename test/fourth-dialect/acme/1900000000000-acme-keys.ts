/** Adds the columns of the kind to the table of tokens, and the table of accounts' teams. */
import { Table, TableCheck, TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../../src/dialect-kit.js';

const team = new TableColumn({ name: 'acme_team', type: 'varchar', length: '100', isNullable: true });
const complete = new TableCheck({
  name: 'latchkey_token_acme',
  expression: `"kind" <> 'acme_key' OR ("acme_team" IS NOT NULL AND "account_id" IS NOT NULL)`,
});

const accounts = new Table({
  name: 'acme_account',
  columns: [migrationColumns.key('account_id', 32, 'acme_account_pk'), migrationColumns.text('team', 100)],
});

export class AcmeKeys1900000000000 implements MigrationInterface {
  name = 'AcmeKeys1900000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumn('latchkey_token', team);
    await queryRunner.createCheckConstraint('latchkey_token', complete);
    await queryRunner.createTable(accounts);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable(accounts);
    await queryRunner.dropCheckConstraint('latchkey_token', complete);
    await queryRunner.dropColumn('latchkey_token', team);
  }
}
