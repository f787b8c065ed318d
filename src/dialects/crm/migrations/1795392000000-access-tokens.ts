/** Adds the columns of access tokens (identifier, pass code, number) and the account settings for them. */
import { TableCheck, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../../core/index.js';

const { optional, text } = migrationColumns;

const complete = new TableCheck({
  name: 'latchkey_token_access',
  expression: `"kind" <> 'access_token' OR ("number" IS NOT NULL AND "account_id" IS NOT NULL)`,
});
const passCodeLength = new TableCheck({
  name: 'latchkey_token_pass_code_length',
  expression: `"pass_code_hash" IS NULL OR length("pass_code_hash") = 60`,
});
const identifiers = new TableIndex({
  name: 'latchkey_token_identifier',
  columnNames: ['account_id', 'identifier'],
  isUnique: true,
});
const numbers = new TableIndex({
  name: 'latchkey_token_number',
  columnNames: ['account_id', 'number'],
  isUnique: true,
});

const tokenColumns = [
  new TableColumn({ name: 'number', type: 'integer', isNullable: true }),
  new TableColumn(text('identifier', 255, optional)),
  new TableColumn(text('pass_code_hash', 60, optional)),
];
const accountColumns = [
  new TableColumn({ name: 'allow_no_identifier', type: 'boolean', isNullable: true }),
  // The default applies to existing accounts.
  new TableColumn({ name: 'last_token_number', type: 'integer', default: 0 }),
];

export class AccessTokens1795392000000 implements MigrationInterface {
  name = 'AccessTokens1795392000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumns('latchkey_token', tokenColumns);
    await queryRunner.createCheckConstraints('latchkey_token', [complete, passCodeLength]);
    await queryRunner.createIndices('latchkey_token', [identifiers, numbers]);
    await queryRunner.addColumns('latchkey_account', accountColumns);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumns('latchkey_account', accountColumns);
    await queryRunner.dropIndices('latchkey_token', [identifiers, numbers]);
    await queryRunner.dropCheckConstraints('latchkey_token', [complete, passCodeLength]);
    await queryRunner.dropColumns('latchkey_token', tokenColumns);
  }
}
