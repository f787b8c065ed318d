/** Adds the table of people who sign in by OpenID Connect. */
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../core/index.js';

const { key, timestamp } = migrationColumns;

const KEY = 'latchkey_openid_binding_pk';

export class OpenIdBindings1799086420000 implements MigrationInterface {
  name = 'OpenIdBindings1799086420000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'latchkey_openid_binding',
        columns: [
          key('issuer', 255, KEY),
          key('subject', 255, KEY),
          { name: 'user_id', type: 'integer' },
          timestamp('created_at'),
        ],
        indices: [{ name: 'latchkey_openid_binding_user', columnNames: ['user_id', 'issuer'], isUnique: true }],
      }),
    );
  }

  /** Users stay; by OpenID Connect they are strangers until they are bound again. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('latchkey_openid_binding');
  }
}
