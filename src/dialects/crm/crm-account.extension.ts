/** What this dialect adds to accounts: a setting. */
import { In, type EntityManager } from 'typeorm';
import type { AccountExtension, AccountSetting } from '../../identity/index.js';
import { CrmAccount } from './crm-account.entity.js';

const ALLOW_NO_IDENTIFIER: AccountSetting = {
  name: 'allow_no_identifier',
  field: 'allowNoIdentifier',
  default: null,
  isValid: (value) => value === null || typeof value === 'boolean',
  expected: 'true, false or null',
  documentation: {
    schema: { type: 'boolean', nullable: true },
    description:
      'whether CRM access tokens of this account may have neither identifier nor pass code; `null` for the server’s default',
    example: true,
    exampleTitle: 'Allow access tokens without identifier',
  },
  read: async (manager, accountIds) => {
    const rows = await manager.find(CrmAccount, { where: { accountId: In([...accountIds]) } });
    return new Map(rows.map(({ accountId, allowNoIdentifier }) => [accountId, allowNoIdentifier]));
  },
  write: (tx, accountId, value) => writeSetting(tx.manager, accountId, value as boolean | null),
};

export const CRM_ACCOUNT_EXTENSION: AccountExtension = {
  settings: [ALLOW_NO_IDENTIFIER],
  deleteRows: async ({ manager }, accountId) => {
    await manager.delete(CrmAccount, { accountId });
  },
};

async function writeSetting(manager: EntityManager, accountId: string, value: boolean | null): Promise<void> {
  const { affected } = await manager.update(CrmAccount, { accountId }, { allowNoIdentifier: value });
  if (affected === 0) await manager.insert(CrmAccount, { accountId, allowNoIdentifier: value, lastTokenNumber: 0 });
}
