/** Adds the indexes in whose order users are listed. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const INDEXES = {
  latchkey_user_name: 'name',
  latchkey_user_created: 'created_at',
  latchkey_user_last_login: 'last_login_at',
};

export class UserLists1799086411000 implements MigrationInterface {
  name = 'UserLists1799086411000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [index, column] of Object.entries(INDEXES)) {
      await queryRunner.query(`CREATE INDEX "${index}" ON "latchkey_user" ("${column}", "id")`);
    }
    // TypeORM would go on with the table as it read it before.
    await queryRunner.getTable('latchkey_user');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const index of Object.keys(INDEXES)) await queryRunner.query(`DROP INDEX "${index}"`);
    await queryRunner.getTable('latchkey_user');
  }
}
