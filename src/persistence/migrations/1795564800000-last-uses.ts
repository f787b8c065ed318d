/** Adds the time at which a token's previous secret was last used. */
import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../core/index.js';

const { timestamp } = migrationColumns;

const column = new TableColumn(timestamp('previous_last_seen_at', true));

export class LastUses1795564800000 implements MigrationInterface {
  name = 'LastUses1795564800000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumn('latchkey_token', column);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn('latchkey_token', column);
  }
}
