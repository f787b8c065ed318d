/** The database stops, or crashes, and comes back under load: instances survive it, and refused clients get an error that says so. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { closeLater } from '../support/closing.js';
import { send } from '../support/http.js';
import { PostgresServer } from '../support/start-postgres.js';
import { Cluster, pick, verify, type Place } from './cluster.js';
import {
  CanvusWriter,
  CloudflareWriter,
  CrmWriter,
  expectRefusal,
  type Anywhere,
  type DialectWriter,
} from './dialect-writers.js';
import { duration, until } from './pair.js';
import { command, createVictim, type Victim } from './victims.js';

const LEASE_SECONDS = 1;
const DOWN_MS = 1200;

/** Clients of each dialect, and as many clients that verify. */
const CLIENTS = 2;

const LOGIN = { email: 'admin@example.com', password: 'correct horse battery', account: 'Acme' };
const SETTINGS = {
  INSTANCE_LEASE_SECONDS: String(LEASE_SECONDS),
  ADMIN_PASSWORD: LOGIN.password,
  ACCOUNT_NAME: LOGIN.account,
  CRM_ALLOW_NO_IDENTIFIER: 'true',
};

it('a restart of the database loses nothing acknowledged, and instances recover without a restart', async () => {
  // Commits survive a crash of the server, though not of the machine.
  const postgres = await PostgresServer.start(['fsync=off']);
  await Cluster.with(postgres.url, 2, SETTINGS, async (cluster) => {
    await outlive(cluster, postgres, () => postgres.stop());
    await outlive(cluster, postgres, () => postgres.crash());
  });
}, 90_000);

async function outlive(cluster: Cluster, postgres: PostgresServer, end: () => Promise<void>): Promise<void> {
  const load = await Load.begin(cluster);
  await load.goesOn();
  await end();
  await delay(DOWN_MS);
  await postgres.startAgain();
  await load.goesOn();
  await load.end();

  for (const dialect of load.dialects) {
    expect(dialect.refusals).toBeGreaterThan(0);
    const [listed, { there, gone }] = [new Set(await dialect.list()), dialect.ledger];
    expect([...there].filter((id) => !listed.has(id))).toEqual([]);
    expect([...gone].filter((id) => listed.has(id))).toEqual([]);
  }
  expect([...load.verifications.statuses].sort()).toEqual([200, 503]);
  for (const { process } of cluster.places) {
    expect((await send(process.baseUrl, 'GET', '/health/ready')).status).toBe(200);
  }
  await instancesAgree(cluster, load.verifications.standing);
}

/** A token revoked at one instance is refused at the other, and neither waits for an earlier change. */
async function instancesAgree(cluster: Cluster, standing: readonly Victim[]): Promise<void> {
  const [one, other] = cluster.places as [Place, Place];
  await until(async () => {
    const { end } = await createVictim(one, 'service token deleted');
    return (await duration(command(one, end))) < LEASE_SECONDS * 200;
  });
  for (const { credential, end } of standing) {
    expect((await verify(other, credential)).status).toBe(200);
    expect((await command(one, end)).status).toBe(200);
    expect((await verify(other, credential)).status).toBe(401);
  }
}

/** Asks as a proxy does, with valid credentials. */
class Verifications {
  readonly statuses = new Set<number>();

  constructor(
    private readonly anywhere: Anywhere,
    readonly standing: readonly Victim[],
  ) {}

  async step(): Promise<void> {
    const reply = await send(this.anywhere(), 'GET', '/verify', { headers: pick(this.standing).credential });
    this.statuses.add(reply.status);
    if (reply.status !== 503) return;
    expectRefusal(reply, { error: 'temporarily_unavailable', error_description: expect.any(String) });
  }
}

/** Clients that write and verify, each one request after the other, at any instance. */
class Load {
  private isOver = false;
  private readonly loops: Promise<unknown>;

  private constructor(
    readonly dialects: readonly DialectWriter[],
    readonly verifications: Verifications,
  ) {
    const clients = [...dialects, verifications].flatMap((client) => Array.from({ length: CLIENTS }, () => client));
    this.loops = Promise.all(clients.map((client) => this.loop(client)));
    closeLater(() => {
      this.isOver = true;
    });
  }

  static async begin(cluster: Cluster): Promise<Load> {
    const anywhere: Anywhere = () => pick(cluster.places).process.baseUrl;
    const standing = await Promise.all(
      (['service token deleted', 'personal token deleted'] as const).map((sort) => createVictim(cluster.any(), sort)),
    );
    const crm = new CrmWriter(anywhere);
    await crm.logIn(LOGIN.email, LOGIN.password, LOGIN.account);
    const dialects = [new CanvusWriter(anywhere), new CloudflareWriter(anywhere), crm];
    return new Load(dialects, new Verifications(anywhere, standing));
  }

  /** Until each dialect has written some more; fails when a client has failed. */
  async goesOn(): Promise<void> {
    const before = this.dialects.map(({ ledger }) => ledger.gone.size);
    const more = until(() => this.dialects.every(({ ledger }, at) => ledger.gone.size > (before[at] ?? 0) + 2));
    await Promise.race([this.loops, more]);
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.loops;
  }

  private async loop(client: { step(): Promise<void> }): Promise<void> {
    while (!this.isOver) {
      await client.step();
      // Refusals come faster than successes; leave the CPU to the servers.
      await delay(25);
    }
  }
}
