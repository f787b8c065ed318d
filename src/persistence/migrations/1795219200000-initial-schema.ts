/** Creates the tables of tokens, audit records, users, accounts, memberships and settings. */
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { startIdsAfter } from '../engine.js';
import { migrationColumns } from '../../core/index.js';

const { counter, flag, key, optional, text, timestamp } = migrationColumns;

/** The first user, the administrator created on the first start, gets the id 1000. */
const IDS_BEFORE_USERS = 999;

export class InitialSchema1795219200000 implements MigrationInterface {
  name = 'InitialSchema1795219200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of [tokens(), audit(), users(), accounts(), memberships(), settings()]) {
      await queryRunner.createTable(table);
    }
    await startIdsAfter(queryRunner, 'latchkey_user', IDS_BEFORE_USERS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of ['setting', 'membership', 'account', 'user', 'audit', 'token']) {
      await queryRunner.dropTable(`latchkey_${name}`);
    }
  }
}

function tokens(): Table {
  return new Table({
    name: 'latchkey_token',
    columns: [
      key('id', 36, 'latchkey_token_pk'),
      text('kind', 32),
      text('handle', 255),
      text('handle_scope', 32),
      text('secret_digest', 64, optional),
      text('previous_secret_digest', 64, optional),
      timestamp('previous_secret_expires_at', true),
      { name: 'secret_version', type: 'integer' },
      text('label', 1000),
      text('account_id', 32, optional),
      { name: 'user_id', type: 'integer', isNullable: true },
      flag('enabled'),
      timestamp('created_at'),
      timestamp('updated_at'),
      timestamp('expires_at', true),
      timestamp('last_seen_at', true),
      text('audience', 32, optional),
      text('parent_id', 36, optional),
    ],
    indices: [
      { name: 'latchkey_token_kind', columnNames: ['kind'] },
      { name: 'latchkey_token_handle', columnNames: ['kind', 'handle_scope', 'handle'], isUnique: true },
      { name: 'latchkey_token_digest', columnNames: ['secret_digest'] },
      { name: 'latchkey_token_previous_digest', columnNames: ['previous_secret_digest'] },
      { name: 'latchkey_token_user', columnNames: ['user_id', 'kind', 'created_at', 'id'] },
      { name: 'latchkey_token_account', columnNames: ['account_id', 'kind', 'created_at', 'id'] },
      { name: 'latchkey_token_expiry', columnNames: ['kind', 'expires_at'] },
    ],
    checks: [
      { name: 'latchkey_token_handle_present', expression: `length("handle") > 0` },
      { name: 'latchkey_token_digest_length', expression: `"secret_digest" IS NULL OR length("secret_digest") = 64` },
      {
        name: 'latchkey_token_digest_present',
        expression: `"secret_digest" IS NOT NULL OR "kind" = 'access_token' OR "kind" = 'personal_token'`,
      },
      {
        name: 'latchkey_token_previous_length',
        expression: `"previous_secret_digest" IS NULL OR length("previous_secret_digest") = 64`,
      },
      {
        name: 'latchkey_token_previous_ends',
        expression: `"previous_secret_digest" IS NULL OR "previous_secret_expires_at" IS NOT NULL`,
      },
      { name: 'latchkey_token_version', expression: `"secret_version" >= 1` },
      { name: 'latchkey_token_owner', expression: `"user_id" IS NOT NULL OR "account_id" IS NOT NULL` },
      {
        name: 'latchkey_token_session',
        expression: `"kind" <> 'session' OR ("expires_at" IS NOT NULL AND "audience" IS NOT NULL)`,
      },
    ],
  });
}

function audit(): Table {
  return new Table({
    name: 'latchkey_audit',
    columns: [
      counter('latchkey_audit_pk'),
      timestamp('created_at'),
      text('action', 64),
      { name: 'author_id', type: 'integer', isNullable: true },
      text('author_name', 255, optional),
      text('author_token_id', 36, optional),
      text('ip_address', 64, optional),
      text('target_type', 32),
      text('target_id', 255, optional),
      text('target_name', 1000, optional),
      text('account_id', 32, optional),
      { name: 'details', type: 'text' },
    ],
    indices: [
      { name: 'latchkey_audit_created', columnNames: ['created_at', 'id'] },
      { name: 'latchkey_audit_target', columnNames: ['target_type', 'target_id', 'id'] },
      { name: 'latchkey_audit_author', columnNames: ['author_id', 'id'] },
    ],
  });
}

function users(): Table {
  return new Table({
    name: 'latchkey_user',
    columns: [
      counter('latchkey_user_pk'),
      text('email', 254),
      text('email_key', 254),
      text('name', 255),
      text('password_hash', 60, optional),
      flag('admin'),
      flag('approved'),
      flag('blocked'),
      timestamp('created_at'),
      timestamp('updated_at'),
      timestamp('last_login_at', true),
    ],
    indices: [{ name: 'latchkey_user_email', columnNames: ['email_key'], isUnique: true }],
    checks: [
      { name: 'latchkey_user_id_range', expression: `"id" >= 1000` },
      {
        name: 'latchkey_user_password_length',
        expression: `"password_hash" IS NULL OR length("password_hash") = 60`,
      },
    ],
  });
}

function accounts(): Table {
  return new Table({
    name: 'latchkey_account',
    columns: [
      key('id', 32, 'latchkey_account_pk'),
      text('name', 255),
      timestamp('created_at'),
      timestamp('updated_at'),
    ],
    indices: [{ name: 'latchkey_account_name', columnNames: ['name'], isUnique: true }],
    checks: [{ name: 'latchkey_account_id_length', expression: `length("id") = 32` }],
  });
}

function memberships(): Table {
  return new Table({
    name: 'latchkey_membership',
    columns: [
      key('id', 32, 'latchkey_membership_pk'),
      text('account_id', 32),
      { name: 'user_id', type: 'integer' },
      text('role', 32),
      timestamp('created_at'),
    ],
    indices: [
      { name: 'latchkey_membership_pair', columnNames: ['account_id', 'user_id'], isUnique: true },
      { name: 'latchkey_membership_user', columnNames: ['user_id'] },
    ],
    checks: [{ name: 'latchkey_membership_role', expression: `"role" = 'administrator' OR "role" = 'read_only'` }],
  });
}

function settings(): Table {
  return new Table({
    name: 'latchkey_setting',
    columns: [key('name', 64, 'latchkey_setting_pk'), { name: 'value', type: 'text' }],
  });
}
