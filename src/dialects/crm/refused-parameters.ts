/**
 * The parameters that a method refuses because it does not take them, although they name, select or bind something: a
 * caller would take the answer for that about what they have named (docs/decisions/0063).
 */

/** What a method is not told by these names, and what the caller should do. */
export interface Refused {
  readonly names: RegExp;
  readonly reason: string;
}

/** Also with the name of a field behind it, as in `accounts_receivable_identifier.number`. */
const RELATION = /^(accounts_receivable|rewards_participant|classification)_identifier(\W.*)?$/;
const RELATION_WITH_FIELD = /^(accounts_receivable|rewards_participant|classification)_identifier\W.*$/;
/** As answers show them. */
const RELATION_AS_SHOWN = /^(accounts_receivable|rewards_participant|classification)(\W.*)?$/;

/** By methods that name one token, and change no relation. */
export const NO_RELATION: Refused = {
  names: RELATION,
  reason: 'has no effect in this method, and would not select or change what it names; leave it out',
};

export const NO_RELATION_WITH_FIELD: Refused = {
  names: RELATION_WITH_FIELD,
  reason:
    'is not known; write the name without a field, and the field into the value: field=value, or an object in JSON',
};

export const NO_RELATION_AS_SHOWN: Refused = {
  names: RELATION_AS_SHOWN,
  reason: 'is not taken in this form, only as …_identifier, an object with one field',
};

export const NO_CARD: Refused = {
  names: /^card_(masked_number|last_4_digits)$/,
  reason: 'is not stored by this server, which keeps no card numbers; leave it out',
};

/** By lists. */
export const NO_FILTER: Refused = {
  names: /^(udf_.*|card_.*|access_token_identifier(\W.*)?|authentication_code|identifier|pass_code)$/,
  reason: 'does not narrow a list; leave it out to list all, or use access_tokens/show for one',
};

/** By the list of those who belong to nobody. */
export const NO_OWNER: Refused = {
  names: RELATION,
  reason: 'is not taken here, since this lists what belongs to nobody; use access_tokens/list',
};

/** By methods that do not name a token in this way. */
export const NO_TOKEN: Refused = {
  names: /^access_token_identifier$/,
  reason: 'is not taken here, and would name no access token; leave it out',
};

/** By logins of users, which are not narrowed to a consumer. */
export const NO_CONSUMER: Refused = {
  names: /^(access_token_identifier|jwt)$/,
  reason:
    'is not taken here: the login would be that of the user; a consumer logs in by ' +
    'authentication/consumer_application_key/token, with access_token_identifier',
};

export const NO_JWT: Refused = {
  names: /^jwt$/,
  reason: 'is not accepted by this server; give access_token_identifier',
};
