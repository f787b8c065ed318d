/** The answers of the dialect: the envelope, its errors and the access token in it (docs/contracts/crm.md §4.0, §6). */
import { expect } from '@jest/globals';
import type { Reply } from '../../support/http.js';
import { ACCOUNT } from '../../support/test-server.js';

export interface Envelope<T = unknown> {
  status: { code: string; description: string; message: string };
  data: T;
}

export interface LogInformation {
  created_date: string;
  updated_date: string;
  created_by_unit: Record<string, unknown>;
  updated_by_unit: Record<string, unknown>;
  created_by_user: Record<string, unknown> | null;
  updated_by_user: Record<string, unknown> | null;
}

export interface AccessToken {
  id: string;
  number: string;
  life_cycle_state: string;
  authentication_code: string;
  identifier: string | null;
  accounts_receivable: Record<string, unknown> | null;
  rewards_participant: Record<string, unknown> | null;
  classification: Record<string, unknown> | null;
  [udf: `udf_${string}`]: string | number | null;
  log_information: LogInformation;
}

const JSON_UTF8 = /^application\/json; ?charset=utf-8$/i;

/** The data of an answer, which must be a success in the documented envelope. */
export function data<T>(reply: Reply): T {
  const { status, ...rest } = reply.json<Envelope<T>>();
  expect({ http: reply.status, status }).toEqual({ http: 200, status: { code: 'OK', description: '', message: '' } });
  expect(Object.keys(rest)).toEqual(['data']);
  expect(reply.headers['content-type']).toMatch(JSON_UTF8);
  return rest.data;
}

/**
 * The description of an answer, which must be this error in the documented envelope and nothing else.
 * @param name - the code without its prefix and suffix
 */
export function failure(reply: Reply, name: string, httpStatus = 200): string {
  const body = reply.json<Envelope>();
  const status = {
    code: `COM.CRM.EXCEPTION.${name}EXCEPTION`,
    description: expect.any(String),
    message: expect.stringMatching(/\S/),
  };
  expect({ http: reply.status, body }).toEqual({ http: httpStatus, body: { status, data: {} } });
  expect(reply.headers['content-type']).toMatch(JSON_UTF8);
  return body.status.description;
}

/** Names of the errors (docs/contracts/crm.md §6). */
export const ERROR = {
  token: 'SECURITY.INVALIDTOKEN',
  credentials: 'SECURITY.INVALIDCREDENTIALS',
  notPermitted: 'SECURITY.OPERATIONNOTPERMITTED',
  throttled: 'SECURITY.TOOMANYFAILEDLOGINS',
  missing: 'GENERAL.MANDATORYPARAMETERMISSING',
  semiOptional: 'GENERAL.SEMIOPTIONALPARAMETERS',
  invalid: 'GENERAL.INVALIDPARAMETER',
  request: 'GENERAL.INVALIDREQUEST',
  noMethod: 'GENERAL.METHODNOTFOUND',
  verb: 'GENERAL.METHODNOTALLOWED',
  notFound: 'ACCESSTOKENS.ACCESSTOKENNOTFOUND',
  codeTaken: 'ACCESSTOKENS.AUTHENTICATIONCODEALREADYEXISTS',
  identifierTaken: 'ACCESSTOKENS.IDENTIFIERALREADYEXISTS',
  state: 'ACCESSTOKENS.INVALIDLIFECYCLESTATE',
} as const;

/** Well-formed, but unknown. */
export const UNKNOWN_TOKEN = '0123456789ABCDEF'.repeat(2);
export const HEX_32 = /^[0-9A-F]{32}$/;
/** Without zone and fraction. */
export const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

/** The fields of an access token (docs/contracts/crm.md §4.0). */
export const FIELDS = [
  'id',
  'number',
  'life_cycle_state',
  'authentication_code',
  'identifier',
  'verification_code',
  'verified_date',
  'verified_by_user',
  'classification',
  'accounts_receivable',
  'rewards_participant',
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((at) => `udf_string_${String(at)}`),
  ...[1, 2, 3, 4].flatMap((at) => [`udf_float_${String(at)}`, `udf_date_${String(at)}`]),
  'log_information',
].sort();

/** The only unit of the first organisation, in `log_information`. */
export const ACCOUNT_UNIT = {
  id: '1',
  name: ACCOUNT.name,
  description: null,
  alternative_code: null,
  group_name: null,
  community_name: null,
};
