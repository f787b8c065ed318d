/** Adds to access tokens what they belong to, their classification, and the fields that callers define. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = [
  ['accounts_receivable', 'varchar(300)'],
  ['rewards_participant', 'varchar(300)'],
  ['classification', 'varchar(300)'],
  ['udf', 'text'],
] as const;

const OWNERS = ['accounts_receivable', 'rewards_participant'];

export class TokenRelations1799086403000 implements MigrationInterface {
  name = 'TokenRelations1799086403000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // `addColumn` would copy the whole table on SQLite.
    for (const [name, type] of COLUMNS)
      await queryRunner.query(`ALTER TABLE "latchkey_token" ADD COLUMN "${name}" ${type}`);
    for (const owner of OWNERS) {
      await queryRunner.query(
        `CREATE INDEX "latchkey_token_${owner}" ON "latchkey_token" ("account_id", "${owner}", "number") ` +
          `WHERE "${owner}" IS NOT NULL`,
      );
    }
    // TypeORM would go on with the table as it read it before.
    await queryRunner.getTable('latchkey_token');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const owner of OWNERS) await queryRunner.query(`DROP INDEX "latchkey_token_${owner}"`);
    for (const [name] of COLUMNS) await queryRunner.query(`ALTER TABLE "latchkey_token" DROP COLUMN "${name}"`);
    await queryRunner.getTable('latchkey_token');
  }
}
