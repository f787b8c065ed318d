/** Adds an index that reads the audit log by target, newest first. */
import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const types = new TableIndex({ name: 'latchkey_audit_type', columnNames: ['target_type', 'id'] });

export class AuditTypes1795651200000 implements MigrationInterface {
  name = 'AuditTypes1795651200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createIndex('latchkey_audit', types);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('latchkey_audit', types);
  }
}
