/**
 * Lets a row of the audit log stand for several events that are alike. Rows that exist stay as they are. An operator who goes
 * back keeps one row for such events, without their number.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = [
  ['aggregate_key', 'varchar(64)'],
  ['occurrences', 'integer'],
  ['last_at', 'bigint'],
] as const;

export class AuditOccurrences1796688000000 implements MigrationInterface {
  name = 'AuditOccurrences1796688000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // `addColumn` would copy the whole table on SQLite.
    for (const [name, type] of COLUMNS)
      await queryRunner.query(`ALTER TABLE "latchkey_audit" ADD COLUMN "${name}" ${type}`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX "latchkey_audit_aggregate" ON "latchkey_audit" ("aggregate_key") WHERE "aggregate_key" IS NOT NULL`,
    );
    // TypeORM would go on with the table as it read it before.
    await queryRunner.getTable('latchkey_audit');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX "latchkey_audit_aggregate"');
    for (const [name] of COLUMNS) await queryRunner.query(`ALTER TABLE "latchkey_audit" DROP COLUMN "${name}"`);
    await queryRunner.getTable('latchkey_audit');
  }
}
