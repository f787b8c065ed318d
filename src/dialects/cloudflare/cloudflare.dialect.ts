/** The declaration of the Cloudflare dialect. */
import { defineDialect } from '../../dialect-kit/index.js';
import { AccountExtensions } from '../../identity/index.js';
import { APPLICATION_TOKEN } from './application-token.form.js';
import { CLOUDFLARE_CREDENTIAL_SETTINGS, CLOUDFLARE_SETTINGS } from './cloudflare.settings.js';
import { ServiceTokens1795305600000 } from './migrations/1795305600000-service-tokens.js';
import { ServiceToken } from './service-token.entity.js';
import { SERVICE_TOKEN_KIND, serviceTokenForms } from './service-token.form.js';

export const cloudflare = defineDialect({
  name: 'cloudflare',
  title: 'Cloudflare',
  purpose: 'Service tokens of accounts, applications and policies, as in Cloudflare’s API v4.',
  settings: CLOUDFLARE_SETTINGS,
  entities: [ServiceToken],
  migrations: [ServiceTokens1795305600000],
  credentials: {
    settings: CLOUDFLARE_CREDENTIAL_SETTINGS,
    forms: (options) => serviceTokenForms(options),
    assertions: [APPLICATION_TOKEN],
  },
  firstCall: ({ token, accountId }, baseUrl) => ({
    intro: 'Create a service token, as clients of Cloudflare do',
    command: `curl -X POST -H "Authorization: Bearer ${token}" -d '{"name":"CI/CD token"}' ${baseUrl}/client/v4/accounts/${accountId}/access/service_tokens`,
  }),
  imports: async () => ({
    tokens: { [SERVICE_TOKEN_KIND]: (await import('./imported-token.js')).importedServiceToken },
    applications: (await import('./declared-applications.js')).DECLARED_APPLICATIONS,
  }),
  load: async () => {
    const {
      AccessEdgeModule,
      CloudflareModule,
      EXAMPLE_ACCOUNT_ID,
      cloudflareDocument,
      withAccountSettings,
      withKeptMembers,
    } = await import('./index.js');
    return {
      module: CloudflareModule,
      alongside: [AccessEdgeModule],
      document: cloudflareDocument,
      exampleAccountId: EXAMPLE_ACCOUNT_ID,
      completeDocument: (document, app) =>
        withKeptMembers(withAccountSettings(document, app.get(AccountExtensions).settings)),
    };
  },
});
