/** The Cloudflare dialect as one value. */
import { matching, type OptionRules } from '../../core/index.js';
import { defineDialect } from '../../dialect-kit/index.js';
import { ServiceTokens1795305600000 } from './migrations/1795305600000-service-tokens.js';
import { ServiceToken } from './service-token.entity.js';
import { serviceTokenForms, type CloudflareCredentialOptions } from './service-token.form.js';

/** A name by RFC 9110 §5.6.2. */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

const CREDENTIAL_RULES: OptionRules<CloudflareCredentialOptions> = {
  jsonHeader: matching(HEADER_NAME, 'the name of a header'),
};

export const cloudflare = defineDialect({
  name: 'cloudflare',
  title: 'Cloudflare',
  entities: [ServiceToken],
  migrations: [ServiceTokens1795305600000],
  credentials: { optionRules: CREDENTIAL_RULES, forms: (options) => serviceTokenForms(options) },
});
