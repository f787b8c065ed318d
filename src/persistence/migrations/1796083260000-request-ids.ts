/** Adds the id of the request that made each change. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RequestIds1796083260000 implements MigrationInterface {
  name = 'RequestIds1796083260000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // `addColumn` would copy the whole table on SQLite.
    await queryRunner.query('ALTER TABLE "latchkey_audit" ADD COLUMN "request_id" varchar(128)');
    // TypeORM would go on with the table as it read it before.
    await queryRunner.getTable('latchkey_audit');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "latchkey_audit" DROP COLUMN "request_id"');
    await queryRunner.getTable('latchkey_audit');
  }
}
