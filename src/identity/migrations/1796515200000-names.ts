/** Adds the table of names that are taken, and puts the e-mail addresses and account names of existing rows into it. */
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../core/index.js';
import { ExistingNames } from './existing-names.js';

const { key, text, timestamp } = migrationColumns;

export class Names1796515200000 implements MigrationInterface {
  name = 'Names1796515200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const primaryKey = 'latchkey_taken_name_pk';
    await queryRunner.createTable(
      new Table({
        name: 'latchkey_taken_name',
        columns: [
          key('scope', 16, primaryKey),
          key('key', 80, primaryKey),
          text('owner', 32),
          timestamp('freed_at', true),
        ],
        indices: [
          { name: 'latchkey_taken_name_owner', columnNames: ['scope', 'owner'] },
          { name: 'latchkey_taken_name_freed', columnNames: ['freed_at'], where: '"freed_at" IS NOT NULL' },
        ],
      }),
    );
    await new ExistingNames(queryRunner, this.name).normalize();
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await new ExistingNames(queryRunner, this.name).restore();
    await queryRunner.dropTable('latchkey_taken_name');
  }
}
