/** Adds the table of deleted owners whose rows are still being removed. */
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../core/index.js';

const { key } = migrationColumns;

const PRIMARY_KEY = 'latchkey_removed_owner_pk';

export class RemovedOwners1796774400000 implements MigrationInterface {
  name = 'RemovedOwners1796774400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const columns = [key('kind', 16, PRIMARY_KEY), key('id', 32, PRIMARY_KEY)];
    await queryRunner.createTable(new Table({ name: 'latchkey_removed_owner', columns }));
  }

  /** The schema of before would accept the tokens that are left of deleted accounts. */
  async down(queryRunner: QueryRunner): Promise<void> {
    const gone = (kind: string, column: string): string =>
      `CAST("${column}" AS varchar(32)) IN (SELECT "id" FROM "latchkey_removed_owner" WHERE "kind" = '${kind}')`;
    for (const table of ['latchkey_token', 'latchkey_membership']) {
      await queryRunner.query(
        `DELETE FROM "${table}" WHERE ${gone('account', 'account_id')} OR ${gone('user', 'user_id')}`,
      );
    }
    await queryRunner.dropTable('latchkey_removed_owner');
  }
}
