/**
 * Adds to each row of the audit log the user whom it concerns, and the user agent of its author. For rows that exist, the
 * user is filled in, and the user agent is not known.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf } from '../../core/index.js';

const COLUMNS = { user_id: 'integer', user_agent: 'varchar(200)' };

const INDEXES = { latchkey_audit_account: 'account_id', latchkey_audit_user: 'user_id' };

export class AuditSubjects1799086411001 implements MigrationInterface {
  name = 'AuditSubjects1799086411001';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, type] of Object.entries(COLUMNS)) {
      await queryRunner.query(`ALTER TABLE "latchkey_audit" ADD COLUMN "${name}" ${type}`);
    }
    const isPostgres = dataSourceOf(queryRunner).options.type === 'postgres';
    for (const statement of isPostgres ? POSTGRES : SQLITE) await queryRunner.query(statement);
    for (const [index, column] of Object.entries(INDEXES)) {
      await queryRunner.query(
        `CREATE INDEX "${index}" ON "latchkey_audit" ("${column}", "id") WHERE "${column}" IS NOT NULL`,
      );
    }
    // TypeORM would go on with the table as it read it before.
    await queryRunner.getTable('latchkey_audit');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const index of Object.keys(INDEXES)) await queryRunner.query(`DROP INDEX "${index}"`);
    for (const name of Object.keys(COLUMNS)) {
      await queryRunner.query(`ALTER TABLE "latchkey_audit" DROP COLUMN "${name}"`);
    }
    await queryRunner.getTable('latchkey_audit');
  }
}

/** Nine digits at most, so that every engine can read them as an id. */
const SQLITE = [
  `UPDATE "latchkey_audit" SET "user_id" = CAST("target_id" AS integer)
   WHERE "target_type" = 'user' AND "target_id" NOT GLOB '*[^0-9]*' AND length("target_id") BETWEEN 1 AND 9`,
  `UPDATE "latchkey_audit" SET "user_id" = json_extract("details", '$.user_id')
   WHERE "target_type" IN ('token', 'membership') AND json_valid("details")
     AND json_type("details", '$.user_id') = 'integer'`,
];

const POSTGRES = [
  `UPDATE "latchkey_audit" SET "user_id" = CAST("target_id" AS integer)
   WHERE "target_type" = 'user' AND "target_id" ~ '^[0-9]{1,9}$'`,
  `UPDATE "latchkey_audit" SET "user_id" = CAST(substring("details" from '"user_id":([0-9]{1,9})[,}]') AS integer)
   WHERE "target_type" IN ('token', 'membership') AND "details" ~ '"user_id":[0-9]{1,9}[,}]'`,
];
