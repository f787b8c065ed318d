/** The CRM dialect as one value. */
import { defineDialect } from '../../dialect-kit/index.js';
import { AccessToken } from './access-token.entity.js';
import { LOGIN_TOKEN_FORM } from './login-token.form.js';
import { AccessTokens1795392000000 } from './migrations/1795392000000-access-tokens.js';

export const crm = defineDialect({
  name: 'crm',
  title: 'CRM.COM',
  entities: [AccessToken],
  migrations: [AccessTokens1795392000000],
  credentials: { forms: () => [LOGIN_TOKEN_FORM] },
});
