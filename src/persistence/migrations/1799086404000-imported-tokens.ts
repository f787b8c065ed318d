/** Adds the tables of imported tokens and users. */
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../core/index.js';

const { counter, flag, key, text, timestamp } = migrationColumns;

const USER_KEY = 'latchkey_imported_user_pk';

const SOURCES = new Table({
  name: 'latchkey_imported_source',
  columns: [counter('latchkey_imported_source_pk'), text('algorithm', 32), text('key', 512), timestamp('created_at')],
  indices: [{ name: 'latchkey_imported_source_key', columnNames: ['algorithm', 'key'], isUnique: true }],
});

const TOKENS = new Table({
  name: 'latchkey_imported_token',
  columns: [
    key('token_id', 36, 'latchkey_imported_token_pk'),
    { name: 'source_id', type: 'integer' },
    text('verifier', 512),
    text('stand_in', 64),
    flag('waiting'),
  ],
  indices: [
    { name: 'latchkey_imported_token_verifier', columnNames: ['source_id', 'verifier'], isUnique: true },
    { name: 'latchkey_imported_token_waiting', columnNames: ['source_id'], where: '"waiting"' },
  ],
});

const USERS = new Table({
  name: 'latchkey_imported_user',
  columns: [key('origin', 64, USER_KEY), key('foreign_id', 255, USER_KEY), { name: 'user_id', type: 'integer' }],
});

export class ImportedTokens1799086404000 implements MigrationInterface {
  name = 'ImportedTokens1799086404000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of [SOURCES, TOKENS, USERS]) await queryRunner.createTable(table);
  }

  /** Tokens that were imported and not used yet stay, and are accepted no more: only these tables know their hashes. */
  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of [USERS, TOKENS, SOURCES]) await queryRunner.dropTable(table);
  }
}
