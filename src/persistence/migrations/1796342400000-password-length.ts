/**
 * Removes the minimum length of passwords from the stored policy if it is 1. That was the default, which was stored
 * along with whatever was changed; the present default applies from now on. Stored passwords stay valid.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf } from '../../core/index.js';

const FORMER_DEFAULT = 1;

export class PasswordLength1796342400000 implements MigrationInterface {
  name = 'PasswordLength1796342400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const rows = (await queryRunner.query(`SELECT "value" FROM "latchkey_setting" WHERE "name" = 'policy'`)) as {
      value: string;
    }[];
    for (const { value } of rows) {
      const { passwordMinLength, ...others } = JSON.parse(value) as Record<string, unknown>;
      if (passwordMinLength !== FORMER_DEFAULT) continue;
      const parameter = dataSourceOf(queryRunner).driver.createParameter('', 0);
      await queryRunner.query(`UPDATE "latchkey_setting" SET "value" = ${parameter} WHERE "name" = 'policy'`, [
        JSON.stringify(others),
      ]);
    }
  }

  /** The code before this migration fills in the former default by itself. */
  async down(): Promise<void> {
    return Promise.resolve();
  }
}
