/** A third party's dialect, as one value. */
import {
  CHECKED_SECRET_PATTERN,
  Secret,
  defineDialect,
  isCheckedSecret,
  type CredentialForm,
} from '../../../src/dialect-kit.js';
import { ACME_ACCOUNT_EXTENSION, AcmeAccount } from './acme-account.js';
import { AcmeKeys1900000000000 } from './1900000000000-acme-keys.js';
import { ACME_KEY, AcmeKey } from './acme-key.entity.js';
import { ACME_SETTINGS } from './acme.options.js';

const HEADER = 'X-Acme-Key';

const KEY_FORM: CredentialForm = {
  noun: 'Acme key',
  holder: 'services',
  kinds: [ACME_KEY],
  secretPattern: CHECKED_SECRET_PATTERN,
  isSecret: isCheckedSecret,
  inHeaders: {
    names: [HEADER],
    read: ([text = '']) => (isCheckedSecret(text) ? { secret: new Secret(text) } : 'malformed'),
    documentation: {
      headers: `\`${HEADER}\``,
      schemes: { [HEADER]: { type: 'apiKey', in: 'header', name: HEADER, description: 'A key.' } },
    },
  },
  fromBasic: (handle, key) =>
    isCheckedSecret(key) ? { kind: ACME_KEY, handle, secret: new Secret(key) } : 'malformed',
  introspection: ({ handle }) => ({ client_id: handle }),
};

export const acme = defineDialect({
  name: 'acme',
  title: 'Acme',
  settings: ACME_SETTINGS,
  entities: [AcmeKey, AcmeAccount],
  migrations: [AcmeKeys1900000000000],
  accountExtension: ACME_ACCOUNT_EXTENSION,
  credentials: { forms: () => [KEY_FORM] },
  firstCall: ({ token, accountId }, baseUrl) => ({
    intro: 'Issue a key, as clients of Acme do',
    command: `curl -X POST -H "Authorization: Bearer ${token}" -d '{"name":"a","team":"b"}' ${baseUrl}/acme/accounts/${accountId}/keys`,
  }),
  load: async () => {
    const { AcmeModule, acmeDocument } = await import('./acme.module.js');
    return { module: AcmeModule, document: acmeDocument };
  },
});
