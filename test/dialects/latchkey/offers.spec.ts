/** What answers say that a caller may do is what the server allows them to do, and nothing else. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import { startInMount, type TestServer } from '../../support/test-server.js';
import { CALLERS, newPeople, type CallerName, type People } from './people.js';
import { ask } from './support.js';
import type { TokenBody, WithSecret } from './tokens.js';

const HOUR_MS = 3_600_000;

type Request = readonly [method: string, path: string, body?: object];

/** The call of each ability. */
const TOKEN_CALLS: Readonly<Record<string, Request>> = {
  rename: ['PATCH', '', { name: 'another name' }],
  rotate: ['POST', '/rotate', { overlap: '0s' }],
  renew: ['POST', '/renew', { duration: '720h' }],
  disable: ['PATCH', '', { disabled: true }],
  enable: ['PATCH', '', { disabled: false }],
  revoke: ['DELETE', ''],
  end_overlap: ['POST', '/overlap/end'],
  change_scopes: ['PATCH', '', { scopes: ['read'] }],
};

/** Calls that are accepted and change nothing where the token is in that state already. */
const WITHOUT_EFFECT = ['disable', 'enable', 'end_overlap'];

const STATES = ['active', 'expired', 'disabled', 'with an overlap'] as const;
const KINDS = ['service_token', 'personal_token'] as const;

onBothEngines('what is offered', (engine) => {
  let server: TestServer;
  let people: People;
  beforeAll(async () => {
    server = await startInMount(engine, { ACCOUNT_RENAMED_BY: 'server' });
    people = await newPeople(server);
  });
  afterAll(() => server.close());

  async function newToken(kind: string, state: (typeof STATES)[number]): Promise<string> {
    const place =
      kind === 'service_token'
        ? { account_id: people.a.id }
        : { owner_id: String(people.persons['account administrator'].userId) };
    const body = { kind, ...place, name: randomUUID(), duration: '1h' };
    const { token } = (await ask(server, 'POST', '/tokens', { body })).json<WithSecret>();
    const path = `/tokens/${token.id}`;
    if (state === 'expired') server.clock.advance(2 * HOUR_MS);
    if (state === 'disabled') await ask(server, 'PATCH', path, { body: { disabled: true } });
    if (state === 'with an overlap') await ask(server, 'POST', `${path}/rotate`, { body: { overlap: '30m' } });
    return token.id;
  }

  const viewOf = async (name: CallerName, id: string): Promise<TokenBody | undefined> => {
    const reply = await people.call(name, 'GET', `/tokens/${id}`);
    return reply.status === 200 ? reply.json<TokenBody>() : undefined;
  };

  describe.each(KINDS)('of a %s', (kind) => {
    it.each(STATES)('that is %s is what can be done', async (state) => {
      for (const name of CALLERS) {
        let id = await newToken(kind, state);
        const { permissions = [] } = (await viewOf(name, id)) ?? {};
        for (const [ability, [method, rest, body]] of Object.entries(TOKEN_CALLS)) {
          const isOffered = permissions.includes(ability);
          if (!isOffered && permissions.length > 0 && WITHOUT_EFFECT.includes(ability)) continue;
          const { status } = await people.call(name, method, `/tokens/${id}${rest}`, body);
          expect([name, ability, status < 400]).toEqual([name, ability, isOffered]);
          if (isOffered) id = await newToken(kind, state);
        }
      }
    });
  });

  it('of an account is what can be done', async () => {
    const { id } = people.a;
    const member = String(people.persons.reader.userId);
    const calls = (): Readonly<Record<string, Request>> => ({
      create_token: ['POST', '/tokens', { kind: 'service_token', account_id: id, name: 'x', duration: '1h' }],
      change_members: ['PATCH', `/accounts/${id}/members/${member}`, { role: 'read_only' }],
      rename: ['PATCH', `/accounts/${id}`, { name: randomUUID() }],
    });
    for (const name of CALLERS) {
      const reply = await people.call(name, 'GET', `/accounts/${id}`);
      const { permissions = [] } = reply.json<{ permissions?: string[] }>();
      for (const [ability, [method, path, body]] of Object.entries(calls())) {
        const { status } = await people.call(name, method, path, body);
        expect([name, ability, status < 400]).toEqual([name, ability, permissions.includes(ability)]);
      }
      expect([name, permissions.includes('delete')]).toEqual([name, name === 'server administrator']);
    }
  });

  it('of a member is what can be done: the last administrator of an account stays', async () => {
    const owner = String(people.persons['account administrator'].userId);
    const reader = String(people.persons.reader.userId);
    const path = `/accounts/${people.a.id}/members`;
    interface Members {
      items: { user: { id: string }; permissions: string[] }[];
    }
    const permissionsOf = async (name: CallerName): Promise<Record<string, string[]>> => {
      const { items } = (await people.call(name, 'GET', path)).json<Members>();
      return Object.fromEntries(items.map(({ user, permissions }) => [user.id, permissions]));
    };
    const all = ['change_role', 'remove'];
    expect(await permissionsOf('server administrator')).toEqual({ [owner]: all, [reader]: all });
    expect(await permissionsOf('reader')).toEqual({ [owner]: [], [reader]: [] });
    expect(await permissionsOf('account administrator')).toEqual({ [owner]: [], [reader]: all });
    const demote = { role: 'read_only' };
    expect((await people.call('account administrator', 'PATCH', `${path}/${owner}`, demote)).status).toBe(409);
    const promoted = await people.call('account administrator', 'PATCH', `${path}/${reader}`, {
      role: 'administrator',
    });
    expect(promoted.json()).toMatchObject({ role: 'administrator', permissions: all });
    expect(await permissionsOf('account administrator')).toEqual({ [owner]: all, [reader]: all });
    expect((await people.call('account administrator', 'PATCH', `${path}/${owner}`, demote)).status).toBe(200);
  });

  it('of oneself: the password can be changed where there is one', async () => {
    const { features } = (await people.call('reader', 'GET', '/me')).json<{ features: object }>();
    expect(features).toMatchObject({ change_password: true });
  });
});
