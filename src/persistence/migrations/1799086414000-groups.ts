/** Adds the tables of groups and of their members. */
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../core/index.js';
import { startIdsAfter } from '../engine.js';

const { counter, key, text, timestamp } = migrationColumns;

/** The first group gets the id 1000. */
const IDS_BEFORE_GROUPS = 999;

export class Groups1799086414000 implements MigrationInterface {
  name = 'Groups1799086414000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(groups());
    await queryRunner.createTable(members());
    await startIdsAfter(queryRunner, 'latchkey_group', IDS_BEFORE_GROUPS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('latchkey_group_member');
    await queryRunner.dropTable('latchkey_group');
    // The code of before knows no such owner and no such names.
    await queryRunner.query(`DELETE FROM "latchkey_removed_owner" WHERE "kind" = 'group'`);
    await queryRunner.query(`DELETE FROM "latchkey_taken_name" WHERE "scope" = 'group'`);
  }
}

function groups(): Table {
  return new Table({
    name: 'latchkey_group',
    columns: [
      counter('latchkey_group_pk'),
      text('name', 255),
      text('description', 1000),
      timestamp('created_at'),
      timestamp('updated_at'),
    ],
    checks: [{ name: 'latchkey_group_id_range', expression: `"id" >= 1000` }],
  });
}

function members(): Table {
  return new Table({
    name: 'latchkey_group_member',
    columns: [
      key('id', 32, 'latchkey_group_member_pk'),
      { name: 'group_id', type: 'integer' },
      { name: 'user_id', type: 'integer' },
      timestamp('created_at'),
    ],
    indices: [
      { name: 'latchkey_group_member_pair', columnNames: ['group_id', 'user_id'], isUnique: true },
      { name: 'latchkey_group_member_user', columnNames: ['user_id', 'group_id'] },
    ],
  });
}
