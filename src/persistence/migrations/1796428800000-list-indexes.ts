/** Adds the indexes in whose order accounts and members are listed. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const INDEXES = [
  { name: 'latchkey_account_created', table: 'latchkey_account', columns: ['created_at', 'id'] },
  { name: 'latchkey_membership_created', table: 'latchkey_membership', columns: ['account_id', 'created_at', 'id'] },
];

export class ListIndexes1796428800000 implements MigrationInterface {
  name = 'ListIndexes1796428800000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const { name, table, columns } of INDEXES) {
      await queryRunner.query(
        `CREATE INDEX "${name}" ON "${table}" (${columns.map((each) => `"${each}"`).join(', ')})`,
      );
    }
    await readAgain(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { name } of INDEXES) await queryRunner.query(`DROP INDEX "${name}"`);
    await readAgain(queryRunner);
  }
}

/** TypeORM would go on with the tables as it read them before. */
async function readAgain(queryRunner: QueryRunner): Promise<void> {
  for (const { table } of INDEXES) await queryRunner.getTable(table);
}
