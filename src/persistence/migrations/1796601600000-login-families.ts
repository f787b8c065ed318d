/** Adds the family of each login; each login that exists begins a family at its own creation. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LoginFamilies1796601600000 implements MigrationInterface {
  name = 'LoginFamilies1796601600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // `addColumn` would copy the whole table on SQLite.
    await queryRunner.query('ALTER TABLE "latchkey_token" ADD COLUMN "family_id" varchar(36)');
    await queryRunner.query('ALTER TABLE "latchkey_token" ADD COLUMN "family_began_at" bigint');
    await queryRunner.query(
      `UPDATE "latchkey_token" SET "family_id" = "id", "family_began_at" = "created_at" WHERE "kind" = 'session'`,
    );
    await readAgain(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "latchkey_token" DROP COLUMN "family_began_at"');
    await queryRunner.query('ALTER TABLE "latchkey_token" DROP COLUMN "family_id"');
    await readAgain(queryRunner);
  }
}

/**
 * TypeORM remembers a table as it read it first: a later migration of the same run would copy it without what was
 * changed here.
 */
async function readAgain(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.getTable('latchkey_token');
}
