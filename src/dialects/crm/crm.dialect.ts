/** The declaration of the CRM dialect. */
import { defineDialect, type FirstAccess } from '../../dialect-kit/index.js';
import { AccessToken } from './access-token.entity.js';
import { CODE_FORM, PASS_CODE_FORM } from './access-token.form.js';
import { CrmAccount } from './crm-account.entity.js';
import { CRM_ACCOUNT_EXTENSION } from './crm-account.extension.js';
import { CRM_CHANGES } from './crm.changes.js';
import { CRM_SETTINGS } from './crm.settings.js';
import { LOGIN_TOKEN_FORM } from './login-token.form.js';
import { AccessTokens1795392000000 } from './migrations/1795392000000-access-tokens.js';
import { CrmAccounts1796169600000 } from './migrations/1796169600000-crm-accounts.js';
import { TokenRelations1799086403000 } from './migrations/1799086403000-token-relations.js';

export const crm = defineDialect({
  name: 'crm',
  title: 'CRM.COM',
  purpose: 'Access tokens of organisations, as in CRM.COM’s Web API.',
  settings: CRM_SETTINGS,
  entities: [AccessToken, CrmAccount],
  changeClasses: CRM_CHANGES,
  migrations: [AccessTokens1795392000000, CrmAccounts1796169600000, TokenRelations1799086403000],
  accountExtension: CRM_ACCOUNT_EXTENSION,
  credentials: { forms: () => [LOGIN_TOKEN_FORM, CODE_FORM, PASS_CODE_FORM] },
  firstCall: (access, baseUrl) => ({
    intro: 'Log in to the account, as clients of CRM.COM do',
    command: `curl -X POST -d ${loginBody(access)} ${baseUrl}/crmapi/rest/v2/authentication/token`,
  }),
  load: async () => {
    const { CrmModule, EXAMPLE_ORGANISATION, crmDocument } = await import('./index.js');
    return { module: CrmModule, document: crmDocument, exampleAccountId: EXAMPLE_ORGANISATION };
  },
});

/** The body of a login, quoted for a shell. */
function loginBody({ email, password, accountName }: FirstAccess): string {
  const placeholder = 'ADMIN_PASSWORD';
  const body = JSON.stringify({ username: email, password: password ?? placeholder, organisation: accountName });
  const quoted = `'${body.replaceAll("'", String.raw`'\''`)}'`;
  return password === undefined ? quoted.replace(`"${placeholder}"`, `"'"$${placeholder}"'"`) : quoted;
}
