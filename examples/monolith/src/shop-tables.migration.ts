/** The shop's own tables. */
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

export class ShopTables1790000000000 implements MigrationInterface {
  name = 'ShopTables1790000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const id = { name: 'id', type: 'integer', isPrimary: true, isGenerated: true };
    await queryRunner.createTable(
      new Table({
        name: 'shop_staff',
        columns: [
          { ...id, generationStrategy: 'increment' },
          { name: 'email', type: 'varchar', length: '254' },
          { name: 'name', type: 'varchar', length: '100' },
          { name: 'is_manager', type: 'boolean' },
          { name: 'has_left', type: 'boolean' },
        ],
        indices: [{ name: 'shop_staff_email', columnNames: ['email'], isUnique: true }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'shop_order',
        columns: [
          { ...id, generationStrategy: 'increment' },
          { name: 'article', type: 'varchar', length: '100' },
          { name: 'quantity', type: 'integer' },
          { name: 'ordered_by', type: 'varchar', length: '1000' },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('shop_order');
    await queryRunner.dropTable('shop_staff');
  }
}
