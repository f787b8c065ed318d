/** How long the lease of each instance is: they need not have the same setting. */
import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who does not say it is waited for as long as the longest setting wants. */
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
