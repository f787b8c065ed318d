/** Says of a property of tokens, and no longer of their kinds, which ones may have no secret. */
import { TableCheck, type MigrationInterface, type QueryRunner } from 'typeorm';
import { engineOf } from '../engine.js';
import { dataSourceOf } from '../../core/index.js';

const TABLE = 'latchkey_token';
const NAME = 'latchkey_token_digest_present';

const byKind = new TableCheck({
  name: NAME,
  expression: `"secret_digest" IS NOT NULL OR "kind" = 'access_token' OR "kind" = 'personal_token'`,
});
const byHandle = new TableCheck({
  name: NAME,
  expression: `"secret_digest" IS NOT NULL OR "handle_scope" <> ''`,
});

export class TokensWithoutSecret1796256000000 implements MigrationInterface {
  name = 'TokensWithoutSecret1796256000000';

  up(queryRunner: QueryRunner): Promise<void> {
    return replace(queryRunner, byHandle);
  }

  down(queryRunner: QueryRunner): Promise<void> {
    return replace(queryRunner, byKind);
  }
}

async function replace(queryRunner: QueryRunner, check: TableCheck): Promise<void> {
  if (engineOf(dataSourceOf(queryRunner)) === 'postgres') {
    await queryRunner.dropCheckConstraint(TABLE, NAME);
    await queryRunner.createCheckConstraint(TABLE, check);
    return;
  }
  // SQLite changes a check by copying the table. Without the old one in the description, one copy is enough.
  const table = await queryRunner.getTable(TABLE);
  const present = table?.checks.find(({ name }) => name === NAME);
  if (!table || !present) throw new Error(`the table ${TABLE} has no check ${NAME}`);
  table.removeCheckConstraint(present);
  await queryRunner.createCheckConstraint(table, check);
}
