/** The stream of changes: who is told what, how one goes on after a break, and how it ends (docs/contracts/latchkey.md §7). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import { openStream, type LineStream } from '../../support/line-stream.js';
import { startInMount, type TestServer } from '../../support/test-server.js';
import { callCloudflare, join, login, newPerson, newServiceToken } from '../../gates/authorisation/world.js';
import { newPeople, type CallerName, type People } from './people.js';
import { BASE, ask, bearer, problemOf } from './support.js';

interface Event {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is not there');
  return value;
}

/** Events come in three lines each. */
function eventsOf({ lines }: LineStream): Event[] {
  const values = lines.map((line) => line.replace(/^\w+: /, ''));
  return Array.from({ length: Math.floor(lines.length / 3) }, (_, at) => ({
    id: values[3 * at] ?? '',
    event: values[3 * at + 1] ?? '',
    data: JSON.parse(values[3 * at + 2] ?? '{}') as Event['data'],
  }));
}

onBothEngines('the stream of changes', (engine) => {
  let server: TestServer;
  let people: People;
  beforeAll(async () => {
    server = await startInMount(engine, { EVENTS_STREAMS_PER_TOKEN: '3' });
    people = await newPeople(server);
  });
  afterAll(() => server.close());

  async function follow(token: string, cursor?: string): Promise<LineStream> {
    const headers = { ...bearer(token), ...(cursor !== undefined && { 'Last-Event-ID': cursor }) };
    const stream = await openStream(server.baseUrl, `${BASE}/events`, headers);
    expect([stream.status, stream.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    await stream.until(() => eventsOf(stream).length > 0);
    return stream;
  }
  const as = (name: CallerName): Promise<LineStream> => follow(people.persons[name].token);
  const seen = async (stream: LineStream, fits: (event: Event) => boolean): Promise<Event> => {
    await stream.until(() => eventsOf(stream).some(fits));
    const event = eventsOf(stream).find(fits);
    if (!event) throw new Error('it was there');
    return event;
  };
  /** Something that everybody is told who is told anything: their own user changes. */
  const marked = async (name: CallerName, stream: LineStream, mark: string): Promise<void> => {
    await ask(server, 'PATCH', `/users/${String(people.persons[name].userId)}`, { body: { name: mark } });
    await seen(stream, ({ event, data }) => event === 'user.changed' && data.name === mark);
    await seen(stream, ({ event, data }) => event === 'audit' && data.action === 'user.updated');
  };

  it('tells each caller what they may see, and nothing else', async () => {
    const names = ['server administrator', 'account administrator', 'reader', 'plain user', 'stranger'] as const;
    const streams = new Map<CallerName, LineStream>();
    for (const name of names) streams.set(name, await as(name));
    const token = await newServiceToken(server, people.a, { name: 'streamed' });
    await callCloudflare(server, 'DELETE', `/accounts/${people.a.id}/access/service_tokens/${token.id}`);
    for (const [name, stream] of streams) await marked(name, stream, `marked ${name}`);
    const told = (name: CallerName): string[] =>
      eventsOf(there(streams.get(name)))
        .filter(({ data }) => data.id === token.id || (data.target as { id?: string } | null)?.id === token.id)
        .map(({ event, data }) => (event === 'audit' ? `audit ${String(data.action)}` : event));
    const ofAccount = ['token.revoked'];
    for (const name of ['server administrator', 'account administrator'] as const) {
      expect([name, ...told(name)]).toEqual(
        expect.arrayContaining([name, 'audit token.issued', 'audit token.revoked', ...ofAccount]),
      );
    }
    expect(told('reader')).toEqual(expect.arrayContaining(ofAccount));
    expect(told('reader').filter((event) => event.startsWith('audit'))).toEqual([]);
    expect([told('plain user'), told('stranger')]).toEqual([[], []]);
    const revoked = eventsOf(there(streams.get('reader'))).find(({ event }) => event === 'token.revoked');
    expect(revoked?.data).toEqual({ id: token.id });
    for (const stream of streams.values()) stream.close();
  });

  it('goes on after a break, and says when it cannot', async () => {
    const first = await as('server administrator');
    await marked('server administrator', first, 'before');
    const { id } = there(eventsOf(first).at(-1));
    first.close();
    await ask(server, 'POST', '/accounts', { body: { name: `made in the break ${engine}` } });
    const second = await follow(people.persons['server administrator'].token, id);
    await seen(second, ({ event, data }) => event === 'account.created' && data.name === `made in the break ${engine}`);
    expect(eventsOf(second).filter(({ event }) => event === 'reset')).toEqual([]);
    second.close();
    for (const cursor of ['nothing', id.replace(/^./, (digit) => (digit === '0' ? '1' : '0')), `${id}999`]) {
      const other = await follow(people.persons['server administrator'].token, cursor);
      expect(eventsOf(other)[0]?.event).toBe('reset');
      other.close();
    }
  });

  describe('ends', () => {
    it('at once when its login or its token does', async () => {
      const person = await newPerson(server);
      const session = await login(server, person);
      const [bySession, byToken] = [await follow(session), await follow(person.token)];
      const { items } = (await ask(server, 'GET', `/users/${String(person.userId)}/logins`)).json<{
        items: { id: string }[];
      }>();
      await ask(server, 'DELETE', `/users/${String(person.userId)}/logins/${items[0]?.id ?? ''}`);
      expect(await bySession.ended).toBe(true);
      await ask(server, 'PATCH', `/users/${String(person.userId)}`, { body: { blocked: true } });
      expect(await byToken.ended).toBe(true);
    });

    it('not with a right, but tells nothing more of what it gave', async () => {
      const person = await newPerson(server);
      const memberId = await join(server, person, people.a, 'administrator');
      const stream = await follow(person.token);
      await callCloudflare(server, 'DELETE', `/accounts/${people.a.id}/members/${memberId}`);
      const token = await newServiceToken(server, people.a, { name: 'unseen' });
      await ask(server, 'PATCH', `/users/${String(person.userId)}`, { body: { name: 'still here' } });
      await seen(stream, ({ data }) => data.name === 'still here');
      expect(JSON.stringify(eventsOf(stream))).not.toContain(token.id);
      stream.close();
    });
  });

  it('is refused beyond its limit, and to strangers', async () => {
    const person = await newPerson(server);
    const streams = [await follow(person.token), await follow(person.token), await follow(person.token)];
    const fourth = await ask(server, 'GET', '/events', { headers: bearer(person.token) });
    expect(problemOf(fourth)).toEqual(['too-many-requests', 429, expect.stringContaining('EVENTS_STREAMS_PER_TOKEN')]);
    expect(fourth.headers['retry-after']).toBe('30');
    for (const stream of streams) stream.close();
    expect((await ask(server, 'GET', '/events', { headers: {} })).status).toBe(401);
  });
});
