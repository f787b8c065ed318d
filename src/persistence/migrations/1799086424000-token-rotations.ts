/** Adds when a token was last rotated. For overlaps that run, the audit log tells it; where it does not, it stays unknown. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TokenRotations1799086424000 implements MigrationInterface {
  name = 'TokenRotations1799086424000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // `addColumn` would copy the whole table on SQLite.
    await queryRunner.query('ALTER TABLE "latchkey_token" ADD COLUMN "rotated_at" bigint');
    await queryRunner.query(
      `UPDATE "latchkey_token" SET "rotated_at" = (
         SELECT max("created_at") FROM "latchkey_audit"
         WHERE "target_type" = 'token' AND "target_id" = "latchkey_token"."id" AND "action" = 'token.rotated'
       ) WHERE "previous_secret_digest" IS NOT NULL`,
    );
    // TypeORM would go on with the table as it read it before.
    await queryRunner.getTable('latchkey_token');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "latchkey_token" DROP COLUMN "rotated_at"');
    await queryRunner.getTable('latchkey_token');
  }
}
