/** The answers of a proxy that gets no decision. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWithOutage, type Outage } from '../dialects/crm/outage.js';
import { withBinary } from '../support/binaries.js';
import { startServer } from '../support/test-server.js';
import { freePort } from '../support/free-port.js';
import { UNKNOWN_USER_TOKEN, privately } from '../data-plane/support.js';
import type { ProxyKind } from './proxies.js';
import { guardOf } from './support.js';

/** @param unreachable - the status if Latchkey does not answer */
export function undecidedCases(kind: ProxyKind, unreachable: number): void {
  withBinary(kind.name, (file) => {
    describe(`${kind.name} that gets no decision`, () => {
      const guard = guardOf(kind, file);
      let outage: Outage;
      beforeAll(async () => {
        outage = await startWithOutage('postgres', {}, startServer);
        await guard.start(outage.server.port);
      });
      afterAll(async () => {
        await guard.stop();
        await outage.server.close();
      });

      it('answers 503 with Retry-After while Latchkey has lost its database, and 500 when it fails', async () => {
        const credential = privately(UNKNOWN_USER_TOKEN);
        expect((await guard.refused(credential)).status).toBe(401);
        await outage.server.dataSource.query('ALTER TABLE latchkey_token RENAME TO latchkey_token_gone');
        expect((await guard.refused(credential)).status).toBe(500);
        await outage.begin();
        const { status, headers } = await guard.refused(credential);
        expect(status).toBe(503);
        expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
      });
    });

    describe(`${kind.name} in front of a stopped Latchkey`, () => {
      const guard = guardOf(kind, file);
      beforeAll(async () => {
        await guard.start(await freePort());
      });
      afterAll(() => guard.stop());

      it(`answers ${String(unreachable)}`, async () => {
        expect((await guard.refused(privately(UNKNOWN_USER_TOKEN))).status).toBe(unreachable);
      });
    });
  });
}
