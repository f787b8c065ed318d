/** Creates the table of the keys that sign assertions. */
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../core/index.js';

const { text, timestamp } = migrationColumns;

const TABLE = new Table({
  name: 'latchkey_signing_key',
  columns: [
    { name: 'sequence', type: 'integer', isPrimary: true, primaryKeyConstraintName: 'latchkey_signing_key_pk' },
    text('kid', 64),
    { name: 'public_key', type: 'text' },
    { name: 'certificate', type: 'text' },
    { name: 'private_key', type: 'text' },
    timestamp('signs_from'),
    timestamp('created_at'),
  ],
  indices: [{ name: 'latchkey_signing_key_kid', columnNames: ['kid'], isUnique: true }],
  checks: [{ name: 'latchkey_signing_key_kid_length', expression: 'length("kid") = 64' }],
});

export class SigningKeys1798156800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(TABLE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable(TABLE);
  }
}
