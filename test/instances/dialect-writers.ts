/** One client for each dialect, which creates and revokes tokens and records what was acknowledged. */
import { expect } from '@jest/globals';
import { send, type Reply } from '../support/http.js';
import { ACCOUNT_ID, ADMIN_TOKEN } from './cluster.js';

/** Where to send the next request. */
export type Anywhere = () => string;

/** What a client may rely on: what exists, and what no longer exists. */
export interface Ledger {
  readonly there: Set<string>;
  readonly gone: Set<string>;
}

/** Speaks a dialect as the administrator. */
export abstract class DialectWriter {
  readonly ledger: Ledger = { there: new Set(), gone: new Set() };
  /** Answers that say that the server cannot serve now. */
  refusals = 0;

  constructor(protected readonly anywhere: Anywhere) {}

  /** Creates a token, and revokes every second one. */
  async step(): Promise<void> {
    const id = await this.create();
    if (id === undefined) return;
    this.ledger.there.add(id);
    if (this.ledger.there.size % 2 === 0) return;
    // From here until the answer, the outcome is unknown.
    this.ledger.there.delete(id);
    if (await this.take(id)) this.ledger.gone.add(id);
  }

  /** Ids of what the server has. */
  abstract list(): Promise<string[]>;

  protected abstract create(): Promise<string | undefined>;
  protected abstract take(id: string): Promise<boolean>;
  /** The body of a 503. */
  protected abstract readonly unavailable: object;

  /** `undefined` if the server is unavailable and says so in the dialect's form; any other error fails the test. */
  protected async sent<T>(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<T | undefined> {
    const call = { headers, ...(body && { body: JSON.stringify(body) }) };
    const reply = await send(this.anywhere(), method, path, call);
    if (reply.status === 503) {
      this.refusals += 1;
      expectRefusal(reply, this.unavailable);
      return undefined;
    }
    if (reply.status > 201) throw new Error(`${path}: ${String(reply.status)} ${reply.text}`);
    return reply.json<T>();
  }
}

/** It says when to try again. */
export function expectRefusal(reply: Reply, body: object): void {
  expect(reply.json()).toEqual(body);
  expect(reply.headers['retry-after']).toMatch(/^[1-9]\d?$/);
}

export class CanvusWriter extends DialectWriter {
  protected readonly unavailable = { msg: expect.any(String) as unknown };
  private readonly path = '/api/v1/users/1000/access-tokens';
  private readonly headers = { 'Private-Token': ADMIN_TOKEN };

  async list(): Promise<string[]> {
    return ((await this.sent<{ id: string }[]>('GET', this.path, this.headers)) ?? []).map(({ id }) => id);
  }

  protected async create(): Promise<string | undefined> {
    return (await this.sent<{ id: string }>('POST', this.path, this.headers, { description: 'x' }))?.id;
  }

  protected async take(id: string): Promise<boolean> {
    return (await this.sent('DELETE', `${this.path}/${id}`, this.headers)) !== undefined;
  }
}

export class CloudflareWriter extends DialectWriter {
  protected readonly unavailable = {
    result: null,
    success: false,
    errors: [{ code: 10503, message: expect.any(String) as unknown }],
    messages: [],
  };
  private readonly path = `/client/v4/accounts/${ACCOUNT_ID}/access/service_tokens`;
  private readonly headers = { Authorization: `Bearer ${ADMIN_TOKEN}` };

  async list(): Promise<string[]> {
    const envelope = await this.sent<{ result: { id: string }[] }>('GET', this.path, this.headers);
    return (envelope?.result ?? []).map(({ id }) => id);
  }

  protected async create(): Promise<string | undefined> {
    return (await this.sent<{ result: { id: string } }>('POST', this.path, this.headers, { name: 'x' }))?.result.id;
  }

  protected async take(id: string): Promise<boolean> {
    return (await this.sent('DELETE', `${this.path}/${id}`, this.headers)) !== undefined;
  }
}

interface CrmEnvelope<T> {
  readonly status: { readonly code: string };
  readonly data: T;
}

/** Nothing is deleted here: a token that is no longer effective counts as gone. */
export class CrmWriter extends DialectWriter {
  protected readonly unavailable = {
    status: {
      code: 'COM.CRM.EXCEPTION.GENERAL.UNAVAILABLEEXCEPTION',
      description: expect.any(String) as unknown,
      message: expect.any(String) as unknown,
    },
    data: {},
  };
  private token = '';

  async logIn(username: string, password: string, organisation: string): Promise<void> {
    const login = { username, password, organisation };
    this.token = (await this.call<{ token: string }>('authentication/token', login))?.token ?? '';
  }

  async list(): Promise<string[]> {
    const wanted = { number: 1_000_000, life_cycle_state: 'EFFECTIVE', fields_set: 'authentication_code' };
    const tokens = await this.call<{ authentication_code: string }[]>('access_tokens/list', wanted);
    return (tokens ?? []).map(({ authentication_code: code }) => code);
  }

  protected async create(): Promise<string | undefined> {
    return (await this.call<{ authentication_code: string }>('access_tokens/create', {}))?.authentication_code;
  }

  protected async take(code: string): Promise<boolean> {
    const named = { access_token_identifier: { authentication_code: code } };
    return (await this.call('access_tokens/set_as_not_effective', named)) !== undefined;
  }

  private async call<T>(method: string, members: object): Promise<T | undefined> {
    const body = { token: this.token, ...members };
    const envelope = await this.sent<CrmEnvelope<T>>('POST', `/crmapi/rest/v2/${method}`, {}, body);
    if (envelope) expect(envelope.status.code).toBe('OK');
    return envelope?.data;
  }
}
