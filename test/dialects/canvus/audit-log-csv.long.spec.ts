/** A long export: the database is read as fast as the client reads, and an incomplete export is recognisable. */
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, it } from '@jest/globals';
import { fillAuditLog } from '../../support/audit-rows.js';
import { addressed } from '../../support/http.js';
import { watchQueries, type QueryWatch } from '../../support/queries.js';
import { ADMIN } from '../../support/test-server.js';
import { EXPORT, rowsOf } from './audit-log-client.js';
import { canvusSuite, type Canvus } from './support.js';

const MANY = 10_000;
const BATCH = 200;

/** An export of which nothing has been read beyond the headers. */
function begun({ server }: Canvus): Promise<IncomingMessage> {
  const headers = { 'Private-Token': ADMIN.token };
  return new Promise((resolve, reject) => {
    get({ ...addressed(server.baseUrl, `/api/v1${EXPORT}`), headers, agent: false }, resolve).on('error', reject);
  });
}

/** How many batches were read once the server waits for its client. */
async function batchesWhenStill(watch: QueryWatch): Promise<number> {
  const count = (): number => watch.count(/FROM "latchkey_audit"/);
  let before = -1;
  for (let quiet = 0; quiet < 10; quiet = count() === before ? quiet + 1 : 0) {
    before = count();
    await delay(30);
  }
  return before;
}

canvusSuite(`an export of ${String(MANY)} events`, (canvus) => {
  beforeAll(async () => {
    const long = 'x'.repeat(1000);
    await fillAuditLog(canvus.server, MANY, { target_name: `'${long}'`, details: `'{"long":"${long}${long}"}'` });
  });

  it('is complete and in order, and reads no further than the client does', async () => {
    const watch = watchQueries(canvus.server.dataSource);
    const response = await begun(canvus);
    const ahead = await batchesWhenStill(watch);
    expect(ahead).toBeGreaterThanOrEqual(1);
    // The rest fits into the buffers of both ends of the connection.
    expect(ahead).toBeLessThan(MANY / BATCH / 2);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    watch.stop();
    const ids = rowsOf(Buffer.concat(chunks).toString('utf8')).map(({ id }) => Number(id));
    const there = await canvus.server.dataSource.query<{ id: number | string }[]>(
      'SELECT id FROM latchkey_audit ORDER BY id DESC',
    );
    expect(ids).toEqual(there.map(({ id }) => Number(id)));
  });

  it('is cut off when the log becomes unreadable, so that clients notice', async () => {
    const watch = watchQueries(canvus.server.dataSource);
    const response = await begun(canvus);
    await batchesWhenStill(watch);
    watch.stop();
    await canvus.server.dataSource.query('ALTER TABLE latchkey_audit RENAME TO away');
    try {
      const rest = (async () => {
        for await (const _chunk of response);
      })();
      await expect(rest).rejects.toThrow(/aborted|ECONNRESET/);
    } finally {
      await canvus.server.dataSource.query('ALTER TABLE away RENAME TO latchkey_audit');
    }
  });

  it('stops reading when the client disconnects', async () => {
    const watch = watchQueries(canvus.server.dataSource);
    const response = await begun(canvus);
    const ahead = await batchesWhenStill(watch);
    response.destroy();
    expect(await batchesWhenStill(watch)).toBeLessThanOrEqual(ahead + 1);
    watch.stop();
    expect((await canvus.admin.get('/audit-log?per_page=1')).status).toBe(200);
  });
});
