/** Where the last use of a token came from. */
import { afterEach, expect, it } from '@jest/globals';
import { LastSeen } from '../../src/core/index.js';
import { ACCOUNT } from '../support/test-server.js';
import { basic, bearer, dataPlaneSuite, pair, privately, sendForm, type ServiceToken } from './support.js';

const HOUR = 3_600_000;

interface Origin {
  readonly at: boolean;
  readonly address: string | null;
  readonly agent: string | null;
}

type Row = Record<string, string | null>;

const NOWHERE: Origin = { at: false, address: null, agent: null };

dataPlaneSuite(
  'the origin of the last use of a token',
  ({ cf, verify, login }) => {
    afterEach(() => {
      cf.server.clock.reset();
    });

    const rows = async (where: string): Promise<Row[]> => {
      await cf.server.app.get(LastSeen).flush();
      return cf.server.dataSource.query<Row[]>(`SELECT * FROM latchkey_token WHERE ${where}`);
    };
    const originIn = (row: Row | undefined, which: string): Origin => ({
      at: typeof row?.[`${which}last_seen_at`] === 'string' || typeof row?.[`${which}last_seen_at`] === 'number',
      address: row?.[`${which}last_seen_address`] ?? null,
      agent: row?.[`${which}last_seen_agent`] ?? null,
    });
    const originsOf = async ({ id }: Pick<ServiceToken, 'id'>): Promise<[last: Origin, previous: Origin]> => {
      const [row] = await rows(`id = '${id}'`);
      return [originIn(row, ''), originIn(row, 'previous_')];
    };

    it('is address and user agent, behind a trusted proxy those of its client', async () => {
      const token = await cf.token(ACCOUNT.id);
      await verify({ ...pair(token), 'User-Agent': 'deploy/1.2', 'X-Forwarded-For': '198.51.100.7, 203.0.113.9' });
      const last = { at: true, address: '203.0.113.9', agent: 'deploy/1.2' };
      expect(await originsOf(token)).toEqual([last, NOWHERE]);
    });

    it('is kept for the previous secret as well, and begins anew with the next overlap', async () => {
      const old = await cf.token(ACCOUNT.id);
      const until = (): string => new Date(cf.server.clock.now().getTime() + HOUR).toISOString();
      const token = await cf.rotate(ACCOUNT.id, old.id, { previous_client_secret_expires_at: until() });
      await verify({ ...pair(old), 'User-Agent': 'old', 'X-Forwarded-For': '192.0.2.1' });
      cf.server.clock.advance(1000);
      await verify({ ...pair(token), 'User-Agent': 'new', 'X-Forwarded-For': '192.0.2.2' });
      expect(await originsOf(token)).toEqual([
        { at: true, address: '192.0.2.2', agent: 'new' },
        { at: true, address: '192.0.2.1', agent: 'old' },
      ]);
      await cf.rotate(ACCOUNT.id, old.id, { previous_client_secret_expires_at: until() });
      expect((await originsOf(token))[1]).toEqual(NOWHERE);
    });

    it('is recorded for personal tokens and logins, wherever they are presented', async () => {
      const person = await cf.person();
      const session = await login(person);
      await cf.server.dataSource.query(`UPDATE latchkey_token SET last_seen_at = NULL`);
      await verify({ ...privately(person.key), 'User-Agent': 'curl/8', 'X-Forwarded-For': '192.0.2.3' });
      await verify({ ...bearer(session), 'User-Agent': 'browser', 'X-Forwarded-For': '2001:DB8::1' });
      const found = await rows(`user_id = ${String(person.userId)}`);
      expect(found.map((row) => [row.kind, originIn(row, '')]).sort()).toEqual([
        ['personal_token', { at: true, address: '192.0.2.3', agent: 'curl/8' }],
        ['session', { at: true, address: '2001:db8::1', agent: 'browser' }],
      ]);
    });

    it('is that of the caller of introspection for the caller, and unknown for what they ask about', async () => {
      const [caller, asked] = [await cf.token(ACCOUNT.id), await cf.token(ACCOUNT.id)];
      const headers = { ...basic(caller), 'User-Agent': 'service' };
      await sendForm(cf, 'introspect', headers, { token: asked.client_secret });
      expect((await originsOf(caller))[0]).toEqual({ at: true, address: '127.0.0.1', agent: 'service' });
      expect((await originsOf(asked))[0]).toEqual({ at: true, address: null, agent: null });
    });

    it('has at most 200 characters of the user agent, all of them printable', async () => {
      const token = await cf.token(ACCOUNT.id);
      await verify({ ...pair(token), 'User-Agent': `a\té${'x'.repeat(500)}` });
      const [{ agent }] = await originsOf(token);
      expect(agent).toBe(`a??${'x'.repeat(197)}`);
    });

    it('is written for many tokens by one statement, each its own', async () => {
      const tokens = await Promise.all(Array.from({ length: 20 }, () => cf.token(ACCOUNT.id)));
      await Promise.all(tokens.map((token, at) => verify({ ...pair(token), 'User-Agent': `agent ${String(at)}` })));
      for (const [at, token] of tokens.entries()) {
        expect((await originsOf(token))[0]).toEqual({ at: true, address: '127.0.0.1', agent: `agent ${String(at)}` });
      }
    });
  },
  { TRUST_PROXY: '1' },
);

dataPlaneSuite(
  'the last use of a token with LAST_USE_ADDRESSES=false',
  ({ cf, verify }) => {
    it('has a time, and neither address nor user agent', async () => {
      const token = await cf.token(ACCOUNT.id);
      await verify({ ...pair(token), 'User-Agent': 'deploy/1.2' });
      await cf.server.app.get(LastSeen).flush();
      const [row] = await cf.server.dataSource.query<Row[]>(`SELECT * FROM latchkey_token WHERE id = '${token.id}'`);
      expect(row?.last_seen_at).not.toBeNull();
      expect([row?.last_seen_address, row?.last_seen_agent]).toEqual([null, null]);
    });
  },
  { LAST_USE_ADDRESSES: 'false' },
);
