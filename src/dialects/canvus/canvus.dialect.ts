/** The declaration of the Canvus dialect. */
import { defineDialect } from '../../dialect-kit/index.js';
import { CANVUS_SETTINGS } from './canvus.settings.js';
import { PRIVATE_TOKEN_FORM } from './private-token.form.js';
import { CanvusTokenHandles } from './token-handles.js';

export const canvus = defineDialect({
  name: 'canvus',
  title: 'Canvus',
  purpose: 'Users, logins and personal access tokens, as in the Canvus Server REST API, and the audit log.',
  settings: CANVUS_SETTINGS,
  credentials: { forms: () => [PRIVATE_TOKEN_FORM] },
  personalTokenHandles: ({ settings, hashing }) => new CanvusTokenHandles(settings, hashing),
  serverOptions: ({ productVersion }) => ({ productVersion }),
  firstCall: ({ token }, baseUrl) => ({
    intro: 'Create an access token, as clients of Canvus do',
    command: `curl -X POST -H "Private-Token: ${token}" -d '{"description":"Second token"}' ${baseUrl}/api/v1/users/1000/access-tokens`,
  }),
  imports: async () => ({
    listing: (await import('./listing.js')).readListedRow,
    live: (await import('./live-listing.js')).readLiveListing,
  }),
  readAuditExport: async (file) => (await import('./audit-log.export.js')).readAuditExport(file),
  load: async () => {
    const { CanvusModule, Streams, canvusDocument } = await import('./index.js');
    return {
      module: CanvusModule,
      document: canvusDocument,
      beforeStop: (app) => {
        app.get(Streams).endAll();
      },
    };
  },
});
