/** The declaration of Latchkey's own API, which is a dialect without a vendor. */
import { defineDialect } from '../../dialect-kit/index.js';
import type { Values } from '../../settings/index.js';
import { IdempotentAnswer } from './idempotency/idempotent-answer.entity.js';
import { LATCHKEY_API_SETTINGS } from './latchkey.settings.js';
import { IdempotentAnswers1799086410100 } from './migrations/1799086410100-idempotent-answers.js';

export const latchkey = defineDialect({
  name: 'latchkey',
  title: 'Latchkey',
  purpose: 'Tokens of every kind, people, accounts and the audit log: the API of the console and of administrators.',
  settings: LATCHKEY_API_SETTINGS,
  entities: [IdempotentAnswer],
  migrations: [IdempotentAnswers1799086410100],
  serverOptions: ({ productVersion }) => ({ productVersion: productVersion.replace(/^latchkey-/, '') }),
  firstCall: ({ token }, baseUrl) => ({
    intro: 'Ask who you are, by Latchkey’s own API',
    command: `curl -H "Authorization: Bearer ${token}" ${baseUrl}/latchkey/v1/me`,
  }),
  findings: async (settings, dataSource) => {
    const { openIdFindings } = await import('./openid/openid-check.js');
    return openIdFindings((settings as Values<typeof LATCHKEY_API_SETTINGS>).openid, dataSource);
  },
  load: async () => {
    const { EXAMPLE_ACCOUNT_ID, LatchkeyApiModule, LiveEvents, asVersion31, latchkeyDocument } =
      await import('./index.js');
    return {
      module: LatchkeyApiModule,
      document: latchkeyDocument,
      exampleAccountId: EXAMPLE_ACCOUNT_ID,
      completeDocument: asVersion31,
      beforeStop: (app) => {
        app.get(LiveEvents).endAll();
      },
    };
  },
});
