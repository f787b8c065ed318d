/** Adds network address and user agent to the last use of a token and of its previous secret. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = [
  ['last_seen_address', 'varchar(64)'],
  ['last_seen_agent', 'varchar(200)'],
  ['previous_last_seen_address', 'varchar(64)'],
  ['previous_last_seen_agent', 'varchar(200)'],
] as const;

export class LastUseOrigins1797033600000 implements MigrationInterface {
  name = 'LastUseOrigins1797033600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // `addColumn` would copy the whole table on SQLite.
    for (const [name, type] of COLUMNS)
      await queryRunner.query(`ALTER TABLE "latchkey_token" ADD COLUMN "${name}" ${type}`);
    // TypeORM would go on with the table as it read it before.
    await queryRunner.getTable('latchkey_token');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const [name] of COLUMNS) await queryRunner.query(`ALTER TABLE "latchkey_token" DROP COLUMN "${name}"`);
    await queryRunner.getTable('latchkey_token');
  }
}
