/** Adds the tables of applications, their addresses and policies, of organizations and of zones. */
import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';
import { migrationColumns } from '../../core/index.js';

const { flag, key, optional, text, timestamp } = migrationColumns;

const json = (name: string): TableColumnOptions => ({ name, type: 'text' });

export class Applications1797292800000 implements MigrationInterface {
  name = 'Applications1797292800000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of [applications(), addresses(), policies(), links(), tokens(), organizations(), zones()]) {
      await queryRunner.createTable(table);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const names = [
      'zone',
      'organization',
      'policy_token',
      'application_policy',
      'policy',
      'application_address',
      'application',
    ];
    for (const name of names) await queryRunner.dropTable(`latchkey_${name}`);
  }
}

function applications(): Table {
  return new Table({
    name: 'latchkey_application',
    columns: [
      key('id', 36, 'latchkey_application_pk'),
      text('account_id', 32),
      text('name', 350),
      text('type', 32),
      text('aud', 64),
      text('domain', 1400, optional),
      flag('passes_preflight'),
      flag('answers_unauthorized'),
      text('token_header', 255, optional),
      text('session_duration', 255, optional),
      json('extra'),
      timestamp('created_at'),
      timestamp('updated_at'),
    ],
    indices: [
      { name: 'latchkey_application_aud', columnNames: ['aud'], isUnique: true },
      { name: 'latchkey_application_account', columnNames: ['account_id', 'created_at', 'id'] },
    ],
    checks: [{ name: 'latchkey_application_aud_length', expression: `length("aud") = 64` }],
  });
}

function addresses(): Table {
  const primary = { isPrimary: true, primaryKeyConstraintName: 'latchkey_application_address_pk' };
  return new Table({
    name: 'latchkey_application_address',
    columns: [
      text('application_id', 36, primary),
      { name: 'position', type: 'integer', ...primary },
      text('account_id', 32),
      text('anchor', 253),
      text('host', 253),
      text('path', 1000),
    ],
    indices: [
      { name: 'latchkey_application_address_anchor', columnNames: ['anchor'] },
      { name: 'latchkey_application_address_account', columnNames: ['account_id'] },
    ],
    checks: [{ name: 'latchkey_application_address_anchor_present', expression: `length("anchor") > 0` }],
  });
}

function policies(): Table {
  return new Table({
    name: 'latchkey_policy',
    columns: [
      key('id', 36, 'latchkey_policy_pk'),
      text('account_id', 32),
      text('application_id', 36, optional),
      text('name', 350),
      text('decision', 16),
      text('token_kind', 32),
      json('include_rules'),
      json('require_rules'),
      json('exclude_rules'),
      json('extra'),
      timestamp('created_at'),
      timestamp('updated_at'),
    ],
    indices: [
      { name: 'latchkey_policy_account', columnNames: ['account_id', 'created_at', 'id'] },
      { name: 'latchkey_policy_application', columnNames: ['application_id'], where: `"application_id" IS NOT NULL` },
    ],
    checks: [
      {
        name: 'latchkey_policy_decision',
        expression: `"decision" = 'services' OR "decision" = 'bypass' OR "decision" = 'people' OR "decision" = 'deny'`,
      },
    ],
  });
}

function links(): Table {
  const primary = { isPrimary: true, primaryKeyConstraintName: 'latchkey_application_policy_pk' };
  return new Table({
    name: 'latchkey_application_policy',
    columns: [
      text('application_id', 36, primary),
      text('policy_id', 36, primary),
      text('account_id', 32),
      { name: 'precedence', type: 'integer' },
    ],
    indices: [
      {
        name: 'latchkey_application_policy_order',
        columnNames: ['application_id', 'precedence'],
        isUnique: true,
      },
      { name: 'latchkey_application_policy_policy', columnNames: ['policy_id'] },
      { name: 'latchkey_application_policy_account', columnNames: ['account_id'] },
    ],
    checks: [{ name: 'latchkey_application_policy_precedence', expression: `"precedence" >= 0` }],
  });
}

function tokens(): Table {
  const primary = { isPrimary: true, primaryKeyConstraintName: 'latchkey_policy_token_pk' };
  return new Table({
    name: 'latchkey_policy_token',
    columns: [text('policy_id', 36, primary), text('token_id', 36, primary), text('account_id', 32)],
    indices: [
      { name: 'latchkey_policy_token_token', columnNames: ['token_id'] },
      { name: 'latchkey_policy_token_account', columnNames: ['account_id'] },
    ],
  });
}

function organizations(): Table {
  return new Table({
    name: 'latchkey_organization',
    columns: [
      key('account_id', 32, 'latchkey_organization_pk'),
      text('name', 350),
      text('auth_domain', 253),
      flag('inactivity_enabled'),
      { name: 'inactivity_days', type: 'integer', isNullable: true },
      text('inactivity_action', 16, optional),
      json('extra'),
      timestamp('created_at'),
      timestamp('updated_at'),
    ],
    indices: [{ name: 'latchkey_organization_auth_domain', columnNames: ['auth_domain'], isUnique: true }],
    checks: [
      {
        name: 'latchkey_organization_inactivity',
        expression: `("inactivity_days" IS NULL) = ("inactivity_action" IS NULL)`,
      },
      { name: 'latchkey_organization_days', expression: `"inactivity_days" >= 1` },
      {
        name: 'latchkey_organization_action',
        expression: `"inactivity_action" = 'disable' OR "inactivity_action" = 'delete'`,
      },
    ],
  });
}

function zones(): Table {
  return new Table({
    name: 'latchkey_zone',
    columns: [
      key('id', 32, 'latchkey_zone_pk'),
      text('account_id', 32),
      text('name', 253),
      timestamp('created_at'),
      timestamp('updated_at'),
    ],
    indices: [
      { name: 'latchkey_zone_name', columnNames: ['name'], isUnique: true },
      { name: 'latchkey_zone_account', columnNames: ['account_id', 'created_at', 'id'] },
      { name: 'latchkey_zone_created', columnNames: ['created_at', 'id'] },
    ],
    checks: [{ name: 'latchkey_zone_id_length', expression: `length("id") = 32` }],
  });
}
