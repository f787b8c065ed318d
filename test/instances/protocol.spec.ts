/** The protocol of docs/several-instances.md, one interleaving at a time. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { CredentialCache } from '../../src/core/verification/credential-cache.js';
import { SYSTEM, TokenIssued, TokenRevoked } from '../../src/core/index.js';
import { InstanceRegistry } from '../../src/persistence/relay/instance-registry.js';
import { InstanceReaper } from '../../src/persistence/relay/instance-reaper.js';
import { Instance as InstanceRow } from '../../src/persistence/relay/instance.entity.js';
import { leaseTimes } from '../../src/persistence/relay/lease.js';
import { ListeningSession } from '../../src/persistence/relay/listening-session.js';
import { PostgresRelay } from '../../src/persistence/relay/postgres-relay.js';
import { send } from '../support/http.js';
import { watchQueries } from '../support/queries.js';
import { issueToken } from '../support/services.js';
import { ADMIN } from '../support/test-server.js';
import { cutListeners, duration, revoke, silentInstance, startPair, until, type Instance } from './pair.js';

/** A lease of one second, and allowance for a busy machine. */
const LEASE_AND_A_LITTLE_MS = 1600;

const { a, b } = await startPair();

/** Waits for this number of turns of the microtask queue. */
async function ticks(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

const ids = async (): Promise<string[]> => (await a.dataSource.manager.find(InstanceRow)).map(({ id }) => id);
const isThere = async (id: string): Promise<boolean> => (await ids()).includes(id);
const bothAreCurrent = (): boolean => a.relay.isCurrent() && b.relay.isCurrent();

describe('a lost instance', () => {
  it('delays a revoke until its lease has ended, and no longer', async () => {
    const { token } = await issueToken(a);
    const lost = await silentInstance(a);
    const waited = await duration(revoke(a, token));
    expect(waited).toBeGreaterThan(700);
    expect(waited).toBeLessThan(LEASE_AND_A_LITTLE_MS);
    expect(await isThere(lost)).toBe(false);
    expect(await duration(issueToken(a).then(({ token }) => revoke(a, token)))).toBeLessThan(500);
  });

  it('is waited for according to its own lease, not that of the waiting instance', async () => {
    const { token } = await issueToken(a);
    await silentInstance(a, 1500);
    expect(await duration(revoke(a, token))).toBeGreaterThan(1500);
  });

  it('does not delay changes that revoke nothing', async () => {
    const lost = await silentInstance(a);
    expect(await duration(issueToken(a))).toBeLessThan(600);
    await a.dataSource.manager.delete(InstanceRow, { id: lost });
  });

  it('is polled once for all waiting revocations, however many there are', async () => {
    const tokens = await Promise.all(Array.from({ length: 40 }, async () => (await issueToken(a)).token));
    await silentInstance(a);
    const watch = watchQueries(a.dataSource);
    const waited = await duration(Promise.all(tokens.map((token) => revoke(a, token))));
    watch.stop();
    expect(watch.count(/SELECT .*latchkey_instance/s)).toBeLessThan(40 + waited / 10);
  });

  it('delays a repeated revoke for as long as the first one', async () => {
    const { token, secret } = await issueToken(a);
    const { id } = await a.users.create(SYSTEM, { email: 'twice@example.com', name: 'Twice' });
    await silentInstance(a);
    const block = (by: Instance): Promise<unknown> => by.users.update(SYSTEM, id, { blocked: true });
    const first = Promise.all([revoke(a, token), block(a)]);
    await until(async () => (await b.verifier.verify({ secret })).status !== 'valid');
    const headers = { Authorization: `Bearer ${ADMIN.token}`, 'Content-Type': 'application/x-www-form-urlencoded' };
    const again = send(b.baseUrl, 'POST', '/oauth2/revoke', { headers, body: `token=${secret.reveal()}` });
    const waited = await Promise.all([duration(again), duration(block(b)), first]);
    expect((await again).status).toBe(200);
    expect(waited[0]).toBeGreaterThan(500);
    expect(waited[1]).toBeGreaterThan(500);
  });
});

describe('the reaper of instances', () => {
  it('counts a lease from when the table was read, not from when the read was queued', async () => {
    const times = leaseTimes(1);
    const watch = new InstanceReaper(new InstanceRegistry(a.dataSource));
    const id = await silentInstance(a, 60_000);
    const runner = a.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('LOCK TABLE latchkey_instance IN ACCESS EXCLUSIVE MODE');
    watch.sweep('');
    await delay(times.trustMs + 200);
    await runner.query('UPDATE latchkey_instance SET fenced = TRUE, trust_ms = 700 WHERE id = $1', [id]);
    await runner.commitTransaction();
    await runner.release();
    const gone = until(async () => {
      watch.sweep('');
      return !(await isThere(id));
    });
    expect(await duration(gone)).toBeGreaterThan(700);
  });
});

describe('a pending change', () => {
  it('is waited for even when the database refuses to fence instances for a while', async () => {
    const { token } = await issueToken(a);
    await silentInstance(a);
    await a.dataSource.query(`CREATE SEQUENCE refusals`);
    await a.dataSource.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('refusals') < 4 THEN RAISE EXCEPTION 'not now'; END IF; RETURN NEW; END $$`);
    await a.dataSource.query(`CREATE TRIGGER refuse BEFORE UPDATE ON latchkey_instance FOR EACH ROW
      WHEN (NEW.fenced AND NOT OLD.fenced) EXECUTE FUNCTION refuse()`);
    try {
      expect(await duration(revoke(a, token))).toBeGreaterThan(700);
    } finally {
      await a.dataSource.query('DROP FUNCTION refuse CASCADE; DROP SEQUENCE refusals');
    }
  });

  it('is delivered locally before its author gets an answer, even if listening began while it was made', async () => {
    const relay = new PostgresRelay(a.dataSource, a.events, {
      leaseSeconds: 1,
      changeClasses: { 'token.issued': TokenIssued },
    });
    const heard: string[] = [];
    const stop = a.events.subscribe(async ({ target }) => {
      await delay(200);
      heard.push(target.id ?? '');
    });
    const publication = relay.newPublication();
    const change = new TokenIssued({ ...(await issueToken(a)).token, id: 'of this test' });
    heard.length = 0;
    const runner = a.dataSource.createQueryRunner();
    await runner.startTransaction();
    await publication.publish(runner.manager, [change], false);
    await relay.onModuleInit();
    await runner.commitTransaction();
    await runner.release();
    await publication.acknowledged();
    // This relay and that of the server share a bus.
    expect(heard).toContain('of this test');
    publication.close();
    stop();
    await relay.onApplicationShutdown();
  });

  it('is not waited for when the work was retried and then changed nothing', async () => {
    const publication = a.relay.newPublication();
    const { token } = await issueToken(a);
    const runner = a.dataSource.createQueryRunner();
    await runner.startTransaction();
    await publication.publish(runner.manager, [new TokenRevoked(token)], false);
    await runner.rollbackTransaction();
    await publication.publish(runner.manager, [], false);
    await runner.release();
    const settled = publication.acknowledged().then(() => 'settled');
    expect(await Promise.race([settled, delay(1000, 'hangs', { ref: false })])).toBe('settled');
    publication.close();
  });

  it('ends a session that does not receive it, instead of making its author wait indefinitely', async () => {
    const before = await ids();
    const { token } = await issueToken(a);
    const publication = a.relay.newPublication();
    const runner = a.dataSource.createQueryRunner();
    await runner.startTransaction();
    await publication.publish(runner.manager, [new TokenIssued(token)], false);
    // As a pooler does that gives the connection to another client: the notification never arrives.
    await runner.rollbackTransaction();
    await runner.release();
    expect(await duration(publication.acknowledged())).toBeLessThan(1000);
    publication.close();
    await until(async () => bothAreCurrent() && (await ids()).filter((id) => before.includes(id)).length === 1);
  });

  it('is always acknowledged, whenever it arrives', async () => {
    const channel = 'latchkey_ack_of_this_test';
    const all = 60;
    const ended = new Promise<string>((resolve) => {
      const session = new ListeningSession(a.dataSource, leaseTimes(1), (_, __, payload) => {
        const number = Number(payload.split(' ')[1]);
        if (number === all)
          void session.close().then(() => {
            resolve('all');
          });
        // The answer to the statement that sent this arrives with it; the next one comes shortly before or after that.
        else
          void ticks(number % 20).then(() => {
            session.acknowledge(channel, number + 1);
          });
      });
      void session.open([channel]).then(() => {
        session.acknowledge(channel, 1);
      });
    });
    expect(await Promise.race([ended, delay(5000, 'some', { ref: false })])).toBe('all');
  });
});

describe('a notification from another client of the database', () => {
  it('is never executed, and an unreadable one makes an instance start a new session', async () => {
    const { token, secret } = await issueToken(a);
    const before = await ids();
    const from = `0', ''); DELETE FROM latchkey_token; SELECT pg_notify('x`;
    for (const message of [JSON.stringify({ from, number: 1, part: 0, last: true }), '{', '{}']) {
      // Not the words of a listening connection, or `cutListeners` would end this connection of the pool as well.
      await a.dataSource.query('SELECT pg_notify($1::text, $2)', ['latchkey_change', message]);
    }
    await until(async () => bothAreCurrent() && !(await ids()).some((id) => before.includes(id)));
    expect((await b.verifier.verify({ secret })).status).toBe('valid');
    await revoke(a, token);
    expect((await b.verifier.verify({ secret })).status).toBe('unknown');
  });
});

describe('a listening connection that is cut', () => {
  it('repeatedly costs no client an answer, and everything works as before afterwards', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { token, secret } = await issueToken(a);
      expect((await b.verifier.verify({ secret })).status).toBe('valid');
      const revoking = revoke(a, token);
      await cutListeners(a);
      await revoking;
      expect((await b.verifier.verify({ secret })).status).toBe('unknown');
      expect((await a.verifier.verify({ secret })).status).toBe('unknown');
    }
    await until(bothAreCurrent);
    await until(async () => (await ids()).length === 2);
  });
});

describe('a server that stops', () => {
  it('answers nothing from memory once it receives no more changes', async () => {
    const { token, secret } = await issueToken(a);
    b.app.get(CredentialCache).onModuleDestroy();
    expect((await b.verifier.verify({ secret })).status).toBe('valid');
    await revoke(a, token);
    expect((await b.verifier.verify({ secret })).status).toBe('unknown');
  });
});
