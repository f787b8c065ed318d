/** Adds the creator of each token, and fills it in for existing tokens if the audit log has it. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf } from '../../core/index.js';

/** Number of tokens per statement, which takes some milliseconds. */
const BATCH = 2000;

export class TokenCreators1796083200000 implements MigrationInterface {
  name = 'TokenCreators1796083200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // `addColumn` would copy the whole table on SQLite.
    await queryRunner.query('ALTER TABLE "latchkey_token" ADD COLUMN "created_by" varchar(255)');
    await copyFromAudit(queryRunner);
    // Only two columns: a longer index would cost each new token more than it would save when listing.
    await queryRunner.query(
      `CREATE INDEX "latchkey_token_creator" ON "latchkey_token" ("created_by", "created_at")
       WHERE "created_by" IS NOT NULL`,
    );
    await readAgain(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX "latchkey_token_creator"');
    await queryRunner.query('ALTER TABLE "latchkey_token" DROP COLUMN "created_by"');
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

/** Processes the ids in order, one batch at a time. */
async function copyFromAudit(queryRunner: QueryRunner): Promise<void> {
  const parameter = (at: number): string => dataSourceOf(queryRunner).driver.createParameter('', at);
  const last = `SELECT MAX("id") AS "id" FROM (
    SELECT "id" FROM "latchkey_token" WHERE "id" > ${parameter(0)} ORDER BY "id" LIMIT ${String(BATCH)}) AS "part"`;
  const issued = `FROM "latchkey_audit" AS "issued"
    WHERE "issued"."target_type" = 'token' AND "issued"."target_id" = "latchkey_token"."id"
      AND "issued"."action" = 'token.issued' AND "issued"."author_id" IS NOT NULL`;
  const copy = `UPDATE "latchkey_token"
    SET "created_by" = (SELECT CAST(MIN("issued"."author_id") AS varchar(255)) ${issued})
    WHERE "id" > ${parameter(0)} AND "id" <= ${parameter(1)} AND EXISTS (SELECT 1 ${issued})`;
  for (let from = ''; ;) {
    const [row] = (await queryRunner.query(last, [from])) as { id: string | null }[];
    if (!row?.id) return;
    await queryRunner.query(copy, [from, row.id]);
    from = row.id;
  }
}
