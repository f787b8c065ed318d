/** Calls routes, and looks at what each leaves in the audit log. */
import { expect } from '@jest/globals';
import { MoreThan } from 'typeorm';
import { AuditRecord } from '../../src/core/index.js';
import { send, type Reply } from '../support/http.js';
import { ADMIN, type TestServer } from '../support/test-server.js';

/** The address of all callers, according to the proxy in front. */
export const ADDRESS = '203.0.113.7';

export interface Call {
  /** The values in the path, by the names in the route. */
  readonly at?: Record<string, string | number>;
  readonly token?: string | undefined;
  /** Sent as the user of HTTP Basic instead. */
  readonly key?: string;
  readonly body?: unknown;
  /** Sent as a form instead. */
  readonly form?: Record<string, string>;
}

/** A row without what differs between callers. */
export type Row = [action: string, authorId: number | null, targetType: string, targetId: string | null];

/** Calls routes, and notes which were called, with which secrets, and what each left in the audit log. */
export class Trail {
  readonly called = new Set<string>();
  readonly secrets = new Set<string>([ADMIN.token, ADMIN.password]);
  rows: AuditRecord[] = [];

  constructor(readonly server: TestServer) {}

  /** @param expected - its rows, in order; every one comes from where the caller is */
  async call(route: string, { at = {}, token, key, body, form }: Call, expected: Row[]): Promise<Reply> {
    const [method = '', pattern = ''] = route.split(' ');
    const path = pattern.replaceAll(/:(\w+)/g, (_, name: string) => String(at[name]));
    const auth = token === undefined ? {} : { 'Private-Token': token, Authorization: `Bearer ${token}` };
    const basic = key !== undefined && { Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` };
    const type = form ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {};
    const headers = { 'X-Forwarded-For': ADDRESS, ...type, ...auth, ...basic };
    const last = await this.lastId();
    const text = form ? new URLSearchParams(form).toString() : body === undefined ? undefined : JSON.stringify(body);
    const call = { headers, ...(text !== undefined && { body: text }) };
    const reply = await send(this.server.baseUrl, method, path, call);
    this.called.add(route);
    this.rows = await this.server.dataSource
      .getRepository(AuditRecord)
      .find({ where: { id: MoreThan(last) }, order: { id: 'ASC' } });
    const found = this.rows.map((row) => [row.action, row.authorId, row.targetType, row.targetId]);
    expect([route, reply.text, found]).toEqual([route, reply.text, expected]);
    expect([route, ...this.rows.map(({ ipAddress }) => ipAddress)]).toEqual([route, ...expected.map(() => ADDRESS)]);
    return reply;
  }

  secret(text: string): string {
    this.secrets.add(text);
    return text;
  }

  async lastId(): Promise<number> {
    return (await this.server.dataSource.getRepository(AuditRecord).maximum('id')) ?? 0;
  }
}

/** Any id, as it is not known before. */
export const SOME_ID = expect.any(String) as unknown as string;
