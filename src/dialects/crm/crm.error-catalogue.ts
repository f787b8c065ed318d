/** The error catalogue (docs/contracts/crm.md §6): the code, message and optional HTTP status of each error. */

export interface CatalogueEntry {
  /** The part of the code after `COM.CRM.EXCEPTION.`. */
  readonly code: string;
  readonly message: string;
  /** The HTTP status with `CRM_HTTP_ERRORS=status`. */
  readonly status: number;
}

export const CATALOGUE = {
  invalidToken: entry('SECURITY.INVALIDTOKEN', 401, 'The token is not valid. Log in again.'),
  invalidCredentials: entry('SECURITY.INVALIDCREDENTIALS', 401, 'The credentials are not valid.'),
  notPermitted: entry('SECURITY.OPERATIONNOTPERMITTED', 403, 'The operation is not permitted.'),
  foreignPage: entry('SECURITY.FOREIGNPAGE', 403, 'A web page of another site sent the request.'),
  tooManyFailedLogins: entry('SECURITY.TOOMANYFAILEDLOGINS', 429, 'Too many failed logins. Try again later.'),
  parameterMissing: entry('GENERAL.MANDATORYPARAMETERMISSING', 400, 'A mandatory parameter is missing.'),
  semiOptional: entry('GENERAL.SEMIOPTIONALPARAMETERS', 400, 'Exactly one of the parameters must be given.'),
  invalidParameter: entry('GENERAL.INVALIDPARAMETER', 400, 'A parameter is not valid.'),
  invalidRequest: entry('GENERAL.INVALIDREQUEST', 400, 'The request is not a JSON object.'),
  methodNotFound: entry('GENERAL.METHODNOTFOUND', 404, 'There is no such method.'),
  methodNotAllowed: entry('GENERAL.METHODNOTALLOWED', 405, 'The method is called with another HTTP verb.'),
  tokenNotFound: entry('ACCESSTOKENS.ACCESSTOKENNOTFOUND', 404, 'The access token was not found.'),
  codeTaken: entry('ACCESSTOKENS.AUTHENTICATIONCODEALREADYEXISTS', 409, 'The authentication code is in use.'),
  identifierTaken: entry('ACCESSTOKENS.IDENTIFIERALREADYEXISTS', 409, 'The identifier is in use.'),
  invalidState: entry('ACCESSTOKENS.INVALIDLIFECYCLESTATE', 409, 'The method is not allowed in this life cycle state.'),
  tooManyAtOnce: entry('GENERAL.TOOMANYREQUESTS', 429, 'Too much is being read at the same time. Try again later.'),
  concurrentChange: entry('GENERAL.CONCURRENTCHANGE', 409, 'Somebody else made a change at the same time. Try again.'),
  unavailable: entry('GENERAL.UNAVAILABLE', 503, 'The server is unavailable. Try again.'),
  unexpected: entry('GENERAL.UNEXPECTED', 500, 'An unexpected error occurred.'),
} as const satisfies Record<string, CatalogueEntry>;

export type CrmErrorName = keyof typeof CATALOGUE;

/** Transport errors, whose status does not depend on the setting. */
export const ALWAYS_WITH_STATUS: ReadonlySet<CrmErrorName> = new Set([
  'methodNotFound',
  'methodNotAllowed',
  'foreignPage',
  'unavailable',
]);

function entry(name: string, status: number, message: string): CatalogueEntry {
  return { code: `COM.CRM.EXCEPTION.${name}EXCEPTION`, status, message };
}
