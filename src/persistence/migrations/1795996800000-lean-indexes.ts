/** Makes indexes of the token table partial: rows never looked up by them need not cost each new token a write. */
import { TableIndex, type MigrationInterface, type QueryRunner, type TableIndexOptions } from 'typeorm';

const TABLE = 'latchkey_token';

/** Each index, and the column that must have a value for a row to be in it. */
const LEAN: readonly (TableIndexOptions & { readonly name: string; readonly present: string })[] = [
  {
    name: 'latchkey_token_previous_digest',
    columnNames: ['previous_secret_digest'],
    present: 'previous_secret_digest',
  },
  { name: 'latchkey_token_user', columnNames: ['user_id', 'kind', 'created_at', 'id'], present: 'user_id' },
  { name: 'latchkey_token_account', columnNames: ['account_id', 'kind', 'created_at', 'id'], present: 'account_id' },
  { name: 'latchkey_token_expiry', columnNames: ['kind', 'expires_at'], present: 'expires_at' },
  {
    name: 'latchkey_token_identifier',
    columnNames: ['account_id', 'identifier'],
    isUnique: true,
    present: 'identifier',
  },
  { name: 'latchkey_token_number', columnNames: ['account_id', 'number'], isUnique: true, present: 'number' },
];

/** Not needed: the index on the handle begins with the same column. */
const kinds = new TableIndex({ name: 'latchkey_token_kind', columnNames: ['kind'] });

export class LeanIndexes1795996800000 implements MigrationInterface {
  name = 'LeanIndexes1795996800000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const { present, ...index } of LEAN) {
      await queryRunner.dropIndex(TABLE, index.name);
      await queryRunner.createIndex(TABLE, new TableIndex({ ...index, where: `"${present}" IS NOT NULL` }));
    }
    await queryRunner.dropIndex(TABLE, kinds);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createIndex(TABLE, kinds);
    for (const { present: _, ...index } of LEAN) {
      await queryRunner.dropIndex(TABLE, index.name);
      await queryRunner.createIndex(TABLE, new TableIndex(index));
    }
  }
}
