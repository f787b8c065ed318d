/** How the host of the mount trial makes and names its tables. */
import { DefaultNamingStrategy, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Leaves names that are given as they are. */
export class SnakeCase extends DefaultNamingStrategy {
  override columnName(property: string, given: string | undefined, prefixes: string[]): string {
    if (given !== undefined) return given;
    return [...prefixes, property].join('_').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}

/** On SQLite. */
export class ShopTables1700000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const id = '"id" integer PRIMARY KEY AUTOINCREMENT NOT NULL';
    await queryRunner.query(`CREATE TABLE "user" (${id}, "displayName" varchar NOT NULL)`);
    await queryRunner.query(
      `CREATE TABLE "account" (${id}, "name" varchar NOT NULL, "ownerId" integer REFERENCES "user" ("id"))`,
    );
    await queryRunner.query(`CREATE TABLE "token" (${id})`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of ['token', 'account', 'user']) await queryRunner.dropTable(name);
  }
}
