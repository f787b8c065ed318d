/** Creates the table of instances that share a database and may answer from memory. */
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../core/index.js';

const { flag, key } = migrationColumns;

export class Instances1795478400000 implements MigrationInterface {
  name = 'Instances1795478400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'latchkey_instance',
        columns: [key('id', 36, 'latchkey_instance_pk'), { name: 'renewals', type: 'integer' }, flag('fenced')],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('latchkey_instance');
  }
}
