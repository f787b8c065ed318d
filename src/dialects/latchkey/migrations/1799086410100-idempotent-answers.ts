/** Creates the table of answers that are given again to repeated requests. */
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrationColumns } from '../../../core/index.js';

const { key, optional, text, timestamp } = migrationColumns;

const answers = new Table({
  name: 'latchkey_idempotent_answer',
  columns: [
    key('id', 64, 'latchkey_idempotent_answer_pk'),
    text('salt', 32),
    text('request', 64),
    { name: 'answer', type: 'text', ...optional },
    timestamp('created_at'),
  ],
  indices: [new TableIndex({ name: 'latchkey_idempotent_answer_created', columnNames: ['created_at'] })],
});

export class IdempotentAnswers1799086410100 implements MigrationInterface {
  name = 'IdempotentAnswers1799086410100';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(answers);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable(answers);
  }
}
