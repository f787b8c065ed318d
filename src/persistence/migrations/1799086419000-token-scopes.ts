/** Adds the scopes of tokens. Tokens that exist have none. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TokenScopes1799086419000 implements MigrationInterface {
  name = 'TokenScopes1799086419000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // `addColumn` would copy the whole table on SQLite.
    await queryRunner.query('ALTER TABLE "latchkey_token" ADD COLUMN "scopes" varchar(2000)');
    // TypeORM would go on with the table as it read it before.
    await queryRunner.getTable('latchkey_token');
  }

  /** Without the column, a limited token would be an unlimited one: it is disabled, so that somebody looks at it. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('UPDATE "latchkey_token" SET "enabled" = false WHERE "scopes" IS NOT NULL');
    await queryRunner.query('ALTER TABLE "latchkey_token" DROP COLUMN "scopes"');
    await queryRunner.getTable('latchkey_token');
  }
}
