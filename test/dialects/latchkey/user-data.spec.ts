/** What is kept of a user: all of it as one document, and its erasure (docs/contracts/latchkey.md §4). */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AuditRecord } from '../../../src/core/index.js';
import { onBothEngines } from '../../support/engines.js';
import { ADMIN, startInMount, type TestServer } from '../../support/test-server.js';
import { newServiceToken, newPerson, type Person } from '../../gates/authorisation/world.js';
import { newPeople, statusesOf, type People } from './people.js';
import { ask, bearer, faultOf, problemOf } from './support.js';

interface ExportBody {
  readonly user: { id: string; email: string };
  readonly logins: readonly { id: string }[];
  readonly networks: readonly unknown[];
  readonly memberships: readonly { account_id: string; role: string }[];
  readonly groups: readonly unknown[];
  readonly tokens: readonly { id: string }[];
  readonly created_tokens: readonly { id: string }[];
  readonly audit: readonly { action: string; author: { id: string } | null }[];
}

onBothEngines('what is kept of a user', (engine) => {
  let server: TestServer;
  let people: People;
  beforeAll(async () => {
    server = await startInMount(engine);
    people = await newPeople(server);
  });
  afterAll(() => server.close());

  const pathOf = ({ userId }: Person): string => `/users/${String(userId)}`;
  const erase = (path: string, email: string): ReturnType<typeof ask> =>
    ask(server, 'POST', `${path}/erase`, { body: { email } });

  it('is exported for themselves and for administrators of the server', async () => {
    const { 'plain user': person } = people.persons;
    expect(await statusesOf((name) => people.call(name, 'GET', `${pathOf(person)}/export`))).toEqual({
      'server administrator': 200,
      'account administrator': 404,
      reader: 404,
      'plain user': 200,
      stranger: 404,
    });
    expect((await ask(server, 'GET', '/users/999999/export')).status).toBe(404);
  });

  it('is one document, without hashes and secrets', async () => {
    const { 'account administrator': person } = people.persons;
    const login = await ask(server, 'POST', '/session', {
      headers: {},
      body: { email: person.email, password: person.password },
    });
    expect(login.status).toBe(200);
    const created = await ask(server, 'POST', '/tokens', {
      headers: bearer(person.token),
      body: { kind: 'service_token', account_id: people.a.id, name: 'made by Olga' },
    });
    const { token: service } = created.json<{ token: { id: string } }>();
    const reply = await ask(server, 'GET', `${pathOf(person)}/export`, { headers: bearer(person.token) });
    expect(reply.headers['content-disposition']).toBe(
      `attachment; filename="latchkey-user-${String(person.userId)}.json"`,
    );
    const found = reply.json<ExportBody>();
    expect(found.user).toMatchObject({ id: String(person.userId), email: person.email });
    expect(found.memberships).toEqual([
      { account_id: people.a.id, account_name: people.a.name, role: 'administrator' },
    ]);
    expect([found.logins.length, found.networks.length]).toEqual([1, 1]);
    expect(found.tokens).toHaveLength(1);
    expect(found.created_tokens.map(({ id }) => id)).toContain(service.id);
    expect(found.audit.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['user.created', 'user.logged_in', 'token.issued', 'membership.added']),
    );
    const stored = await server.dataSource.query<{ hash: string | null }[]>(
      `SELECT password_hash AS hash FROM latchkey_user WHERE id = ${String(person.userId)}`,
    );
    const digests = await server.dataSource.query<{ digest: string }[]>(
      'SELECT secret_digest AS digest FROM latchkey_token WHERE secret_digest IS NOT NULL',
    );
    expect(digests.length).toBeGreaterThan(0);
    for (const hidden of [
      person.token,
      person.tokenId,
      person.password,
      stored[0]?.hash,
      ...digests.map(({ digest }) => digest),
    ]) {
      expect(reply.text).not.toContain(hidden);
    }
  });

  it('is erased: the user is gone, and the audit log keeps only their id', async () => {
    const person = await newPerson(server, { name: 'Erna Erased' });
    const path = pathOf(person);
    const renamed = `second-${person.email}`;
    await ask(server, 'PATCH', path, { body: { email: renamed, name: 'Erna Renamed' } });
    const failed = { headers: {}, body: { email: person.email.toUpperCase(), password: 'a wrong guess' } };
    await ask(server, 'POST', '/session', failed);
    await ask(server, 'POST', '/session', { headers: {}, body: { email: renamed, password: person.password } });
    await newServiceToken(server, people.a);
    expect(faultOf(await erase(path, person.email))).toBe('#/email');
    expect((await ask(server, 'GET', path)).status).toBe(200);
    const reply = await erase(path, renamed);
    const { audit_rows: changed } = reply.json<{ audit_rows: number }>();
    expect([reply.status, changed >= 5]).toEqual([200, true]);
    expect((await ask(server, 'GET', path)).status).toBe(404);
    const rows = await server.dataSource.getRepository(AuditRecord).find();
    const text = JSON.stringify(rows).toLowerCase();
    for (const gone of [person.email.toLowerCase(), 'erna erased', 'erna renamed']) expect(text).not.toContain(gone);
    expect(rows.filter(({ targetId }) => targetId === String(person.userId)).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['user.created', 'user.updated', 'user.deleted', 'user.erased']),
    );
    const own = rows.filter(({ authorId }) => authorId === person.userId);
    expect(own.length).toBeGreaterThan(0);
    for (const row of own) expect(row).toMatchObject({ authorName: null, ipAddress: null, userAgent: null });
    // Of others, everything is as it was.
    expect(rows.some(({ authorId, authorName }) => authorId === ADMIN.id && authorName === 'Administrator')).toBe(true);
    expect(problemOf(await erase(path, renamed))[0]).toBe('not-found');
  });

  it('is erased also of users who are deleted already', async () => {
    const person = await newPerson(server, { name: 'Dora Deleted' });
    expect((await ask(server, 'DELETE', pathOf(person))).status).toBe(204);
    expect((await erase(pathOf(person), person.email)).status).toBe(200);
    const rows = await server.dataSource.getRepository(AuditRecord).find();
    expect(JSON.stringify(rows)).not.toContain('Dora Deleted');
  });

  it('is erased by administrators of the server, and not of themselves or the last of them', async () => {
    const { 'plain user': person } = people.persons;
    const body = { email: 'x@example.com' };
    const statuses = await statusesOf((name) => people.call(name, 'POST', `${pathOf(person)}/erase`, body));
    expect(statuses).toMatchObject({ 'account administrator': 403, reader: 403, 'plain user': 403, stranger: 403 });
    const own = problemOf(await erase(`/users/${String(ADMIN.id)}`, ADMIN.email));
    expect(own.slice(0, 2)).toEqual(['conflict', 409]);
    expect((await erase('/users/999999', 'x@example.com')).status).toBe(404);
  });
});
