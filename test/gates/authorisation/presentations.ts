/** The ways to present a credential, and which kind of credential each API accepts in which way. */
import { ADMIN } from '../../support/test-server.js';
import type { Caller, Kind } from './callers.js';

export type Api = 'canvus' | 'cloudflare' | 'crm' | 'latchkey' | 'oauth' | 'verify';

/** What a presentation adds to a request. */
export interface Presented {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, string>>;
}

/** Names under which an attacker might try to pass a credential. */
const members = (secret: string): Record<string, string> => ({
  token: secret,
  access_token: secret,
  private_token: secret,
});

const basic = (name: string, password: string): Presented => ({
  headers: {
    Authorization: `Basic ${Buffer.from(`${encodeURIComponent(name)}:${encodeURIComponent(password)}`).toString('base64')}`,
  },
});

const byKey = (email: string, key: string): Presented => ({ headers: { 'X-Auth-Email': email, 'X-Auth-Key': key } });

const FORMS = {
  'in Private-Token': ({ secret }) => ({ headers: { 'Private-Token': secret } }),
  'as Bearer': ({ secret }) => ({ headers: { Authorization: `Bearer ${secret}` } }),
  'as the user of Basic': ({ secret }) => basic(secret, ''),
  'as the password of Basic': ({ name, secret }) => basic(name, secret),
  'in X-Auth-Key with their own address': ({ name, secret }) => byKey(name, secret),
  'in X-Auth-Key with the address of another': ({ secret }) => byKey(ADMIN.email, secret),
  'as the pair of a service token': ({ name, secret }) => ({
    headers: { 'CF-Access-Client-Id': name, 'CF-Access-Client-Secret': secret },
  }),
  'in the body': ({ secret }) => ({ body: members(secret) }),
  'in the query': ({ secret }) => ({ query: members(secret) }),
  'in a cookie': ({ secret }) => ({
    headers: {
      Cookie: `token=${secret}; Private-Token=${secret}; CF_Authorization=${secret}; latchkey_console=${secret}`,
    },
  }),
} satisfies Record<string, (caller: Caller) => Presented>;

export type Presentation = keyof typeof FORMS;

export const PRESENTATIONS: Readonly<Record<Presentation, (caller: Caller) => Presented>> = FORMS;

export const ALL_PRESENTATIONS = Object.keys(PRESENTATIONS) as Presentation[];

type Accepted = Readonly<Partial<Record<Presentation, readonly Kind[]>>>;

const OF_USERS = ['personal token', 'login'] as const;
const OF_CRM = ['CRM login', 'consumer login'] as const;

const ACCEPTED: Readonly<Record<Api, Accepted>> = {
  canvus: { 'in Private-Token': OF_USERS },
  cloudflare: { 'as Bearer': OF_USERS, 'in X-Auth-Key with their own address': ['personal token'] },
  crm: { 'in the body': OF_CRM, 'in the query': OF_CRM },
  latchkey: { 'as Bearer': OF_USERS, 'in Private-Token': OF_USERS },
  oauth: { 'as Bearer': OF_USERS, 'as the password of Basic': ['service token'] },
  verify: {
    'in Private-Token': OF_USERS,
    'as Bearer': OF_USERS,
    'as the pair of a service token': ['service token'],
  },
};

/** Whether an API accepts a credential in this way. @param method - CRM reads only the query of a GET, and the body of a POST */
export function isAccepted(api: Api, method: string, kind: Kind | null, presentation: Presentation): boolean {
  if (kind === null || !ACCEPTED[api][presentation]?.includes(kind)) return false;
  return api !== 'crm' || presentation === (method === 'GET' ? 'in the query' : 'in the body');
}
