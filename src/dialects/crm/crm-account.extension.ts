/** What this dialect adds to accounts: a setting, and the numbers of access tokens. */
import { In, type EntityManager } from 'typeorm';
import type { Transaction } from '../../core/index.js';
import { lockAccountForUpdate, type AccountExtension, type AccountSetting } from '../../identity/index.js';
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

/**
 * The next number of an access token in the account. No number is given twice, and none is left out except by a
 * transaction that fails: the account stays locked until the end.
 * @throws DomainError `account_not_found`
 */
export async function nextTokenNumber(tx: Transaction, accountId: string): Promise<number> {
  await lockAccountForUpdate(tx, accountId);
  const { manager } = tx;
  const [row] = await manager.query<{ number: number | string }[]>(
    `INSERT INTO "latchkey_crm_account" ("account_id", "last_token_number")
     VALUES (${manager.dataSource.driver.createParameter('', 0)}, 1) ON CONFLICT ("account_id")
     DO UPDATE SET "last_token_number" = "latchkey_crm_account"."last_token_number" + 1
     RETURNING "last_token_number" AS "number"`,
    [accountId],
  );
  return Number(row?.number);
}
