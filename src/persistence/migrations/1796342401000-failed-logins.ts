/** Creates the tables of failure counters and of known networks, and the time at which a user's failures were cleared. */
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../core/index.js';

const { key, text, timestamp } = migrationColumns;

const USER = '"latchkey_user"';
const NETWORK_KEY = { isPrimary: true, primaryKeyConstraintName: 'latchkey_known_network_pk' };

export class FailedLogins1796342401000 implements MigrationInterface {
  name = 'FailedLogins1796342401000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'latchkey_failure_count',
        columns: [key('key', 100, 'latchkey_failure_count_pk'), { name: 'empty_at', type: 'double precision' }],
        indices: [{ name: 'latchkey_failure_count_empty', columnNames: ['empty_at'] }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'latchkey_known_network',
        columns: [
          { name: 'user_id', type: 'integer', ...NETWORK_KEY },
          text('network', 64, NETWORK_KEY),
          timestamp('seen_at'),
        ],
        indices: [{ name: 'latchkey_known_network_seen', columnNames: ['seen_at'] }],
      }),
    );
    await queryRunner.query(`ALTER TABLE ${USER} ADD COLUMN "locks_cleared_at" bigint`);
    // TypeORM would go on with the table as it read it before.
    await queryRunner.getTable('latchkey_user');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE ${USER} DROP COLUMN "locks_cleared_at"`);
    await queryRunner.getTable('latchkey_user');
    await queryRunner.dropTable('latchkey_known_network');
    await queryRunner.dropTable('latchkey_failure_count');
  }
}
