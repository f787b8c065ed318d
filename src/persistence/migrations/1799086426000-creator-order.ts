/** Makes the index of the tokens that a user has created give their whole order, without a look at the rows. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatorOrder1799086426000 implements MigrationInterface {
  name = 'CreatorOrder1799086426000';

  up(queryRunner: QueryRunner): Promise<void> {
    return replaceIndex(queryRunner, '"created_by", "created_at", "id"');
  }

  down(queryRunner: QueryRunner): Promise<void> {
    return replaceIndex(queryRunner, '"created_by", "created_at"');
  }
}

async function replaceIndex(queryRunner: QueryRunner, columns: string): Promise<void> {
  await queryRunner.query('DROP INDEX "latchkey_token_creator"');
  await queryRunner.query(
    `CREATE INDEX "latchkey_token_creator" ON "latchkey_token" (${columns}) WHERE "created_by" IS NOT NULL`,
  );
  // TypeORM would go on with the table as it read it before.
  await queryRunner.getTable('latchkey_token');
}
