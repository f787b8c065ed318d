/** Makes the index of the memberships of a user read them in the order of their accounts. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AccountsOfUsers1799086422000 implements MigrationInterface {
  name = 'AccountsOfUsers1799086422000';

  up(queryRunner: QueryRunner): Promise<void> {
    return replaceIndex(queryRunner, '"user_id", "account_id"');
  }

  down(queryRunner: QueryRunner): Promise<void> {
    return replaceIndex(queryRunner, '"user_id"');
  }
}

async function replaceIndex(queryRunner: QueryRunner, columns: string): Promise<void> {
  await queryRunner.query('DROP INDEX "latchkey_membership_user"');
  await queryRunner.query(`CREATE INDEX "latchkey_membership_user" ON "latchkey_membership" (${columns})`);
  // TypeORM would go on with the table as it read it before.
  await queryRunner.getTable('latchkey_membership');
}
