/** Adds the lease length of each instance, since instances may have different settings. */
import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Instances that do not state a length are assumed to have the longest lease that can be set. */
const column = new TableColumn({ name: 'trust_ms', type: 'integer', default: 42_000 });

export class LeaseLengths1795910400000 implements MigrationInterface {
  name = 'LeaseLengths1795910400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumn('latchkey_instance', column);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn('latchkey_instance', column);
  }
}
