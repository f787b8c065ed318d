/** Adds the columns of service tokens, and the counts that make long lists cheap. */
import { Table, TableCheck, TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../../core/index.js';

const { optional, text } = migrationColumns;

const complete = new TableCheck({
  name: 'latchkey_token_service',
  expression: `"kind" <> 'service_token' OR ("duration" IS NOT NULL AND "expires_at" IS NOT NULL AND "account_id" IS NOT NULL)`,
});

export class ServiceTokens1795305600000 implements MigrationInterface {
  name = 'ServiceTokens1795305600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumn('latchkey_token', new TableColumn(text('duration', 255, optional)));
    await queryRunner.createCheckConstraint('latchkey_token', complete);
    await queryRunner.createTable(counts());
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('latchkey_token_count');
    await queryRunner.dropCheckConstraint('latchkey_token', complete);
    await queryRunner.dropColumn('latchkey_token', 'duration');
  }
}

function counts(): Table {
  const primary = { isPrimary: true, primaryKeyConstraintName: 'latchkey_token_count_pk' };
  return new Table({
    name: 'latchkey_token_count',
    columns: [
      text('account_id', 32, primary),
      text('kind', 32, primary),
      { name: 'part', type: 'integer', ...primary },
      { name: 'tokens', type: 'integer' },
    ],
  });
}
