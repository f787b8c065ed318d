/** What Acme stores for each account: the default team of keys. */
import { Column, Entity, In, PrimaryColumn, type EntityManager } from 'typeorm';
import type { AccountExtension, AccountSetting } from '../../../src/dialect-kit.js';

@Entity({ name: 'acme_account' })
export class AcmeAccount {
  @PrimaryColumn({ name: 'account_id', type: 'varchar', length: 32, primaryKeyConstraintName: 'acme_account_pk' })
  accountId!: string;

  @Column({ name: 'team', type: 'varchar', length: 100 })
  team!: string;
}

const NO_TEAM = 'none';

const TEAM: AccountSetting = {
  name: 'acme_team',
  field: 'acmeTeam',
  default: NO_TEAM,
  isValid: (value) => typeof value === 'string' && value.length <= 100,
  expected: 'a string of at most 100 characters',
  documentation: {
    schema: { type: 'string', maxLength: 100 },
    description: 'the team of Acme keys that name none',
    example: 'red',
    exampleTitle: 'Set a team',
  },
  read: async (manager, accountIds) => {
    const rows = await manager.find(AcmeAccount, { where: { accountId: In([...accountIds]) } });
    return new Map(rows.map(({ accountId, team }) => [accountId, team]));
  },
  write: async ({ manager }, accountId, value) => {
    await manager.upsert(AcmeAccount, { accountId, team: String(value) }, ['accountId']);
  },
};

export const ACME_ACCOUNT_EXTENSION: AccountExtension = {
  settings: [TEAM],
  deleteRows: async ({ manager }, accountId) => {
    await manager.delete(AcmeAccount, { accountId });
  },
};

export async function teamOf(manager: EntityManager, accountId: string): Promise<string> {
  return (await manager.findOneBy(AcmeAccount, { accountId }))?.team ?? NO_TEAM;
}
