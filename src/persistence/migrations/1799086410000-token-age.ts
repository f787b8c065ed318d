/** Adds the index in whose order tokens of all owners are listed, without logins. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TokenAge1799086410000 implements MigrationInterface {
  name = 'TokenAge1799086410000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE INDEX "latchkey_token_age" ON "latchkey_token" ("created_at", "id") WHERE "kind" <> 'session'`,
    );
    // TypeORM would go on with the table as it read it before.
    await queryRunner.getTable('latchkey_token');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX "latchkey_token_age"');
    await queryRunner.getTable('latchkey_token');
  }
}
