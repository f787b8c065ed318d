/** What the CRM dialect can be told. */
import { oneOf, type OptionRules } from '../../core/index.js';

/** Options of `CrmModule`. */
export interface CrmOptions {
  /** Whether access tokens may have neither identifier nor pass code, `false` unless given; an account may say otherwise. */
  readonly allowNoIdentifier?: boolean;
  /** `ok`, the default: errors come with HTTP 200, as real clients need; `status`: with a 4xx. */
  readonly httpErrors?: 'ok' | 'status';
}

/** What each may be. */
export const OPTION_RULES: OptionRules<CrmOptions> = {
  allowNoIdentifier: oneOf(true, false),
  httpErrors: oneOf('ok', 'status'),
};

/** Where the dialect is served unless the host says otherwise (contract §1). */
export const DEFAULT_PATH = '/crmapi/rest/v2';

/** Audience of this dialect's logins: no other accepts them, and it accepts no others. */
export const AUDIENCE = 'crm';
