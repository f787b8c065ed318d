/** Adds to a login the token for whose holder it was opened. The logins that exist are those of their users. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LoginSubjects1799086430000 implements MigrationInterface {
  name = 'LoginSubjects1799086430000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // `addColumn` would copy the whole table on SQLite.
    await queryRunner.query('ALTER TABLE "latchkey_token" ADD COLUMN "subject_id" varchar(36)');
    await queryRunner.query(
      'CREATE INDEX "latchkey_token_subject" ON "latchkey_token" ("subject_id") WHERE "subject_id" IS NOT NULL',
    );
    // TypeORM would go on with the table as it read it before.
    await queryRunner.getTable('latchkey_token');
  }

  /** The version before takes no notice of the column, and would take these logins for those of their users. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DELETE FROM "latchkey_token" WHERE "subject_id" IS NOT NULL');
    await queryRunner.query('DROP INDEX "latchkey_token_subject"');
    await queryRunner.query('ALTER TABLE "latchkey_token" DROP COLUMN "subject_id"');
    await queryRunner.getTable('latchkey_token');
  }
}
