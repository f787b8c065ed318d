/** CLOUDFLARE_API_FAILURES: wrong API credentials of one network are answered with 429 after some, right ones never. */
import { expect, it } from '@jest/globals';
import { Recorder } from '../../support/channels.js';
import { onBothEngines } from '../../support/engines.js';
import { send, type Reply } from '../../support/http.js';
import { ADMIN, startServer } from '../../support/test-server.js';
import { Samples } from '../../monitoring/samples.js';

const HERE = '203.0.113.5';
const ELSEWHERE = '203.0.113.6';
const WRONG = 'x'.repeat(40);

const byToken = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });
const byKey = (key: string): Record<string, string> => ({ 'X-Auth-Email': ADMIN.email, 'X-Auth-Key': key });

onBothEngines('wrong API credentials', (engine) => {
  it('get 429 in the form of the API beyond the limit of their network, and right ones are accepted', async () => {
    const server = await startServer(engine, { TRUST_PROXY: '1', CLOUDFLARE_API_FAILURES: '4' });
    server.clock.freeze();
    const ask = (from: string, credentials: Record<string, string>): Promise<Reply> =>
      send(server.baseUrl, 'GET', '/client/v4/accounts', { headers: { 'X-Forwarded-For': from, ...credentials } });
    const recorder = new Recorder('latchkey:throttle');
    const statuses: number[] = [];
    for (const credentials of [byToken(WRONG), byKey(WRONG), byToken(WRONG), byKey(WRONG)])
      statuses.push((await ask(HERE, credentials)).status);
    expect(statuses).not.toContain(429);
    for (const credentials of [byToken(WRONG), byKey(WRONG)]) {
      const { status, headers, text } = await ask(HERE, credentials);
      expect([status, headers['retry-after']]).toEqual([429, '75']);
      expect(JSON.parse(text)).toMatchObject({
        success: false,
        errors: [{ code: 971, message: expect.stringMatching(/CLOUDFLARE_API_FAILURES.*try again in 75 seconds/) }],
        result: null,
      });
    }
    expect(recorder.of('latchkey:throttle')).toEqual(
      Array(2).fill(expect.objectContaining({ purpose: 'api', bucket: 'network', address: HERE })),
    );
    recorder.stop();
    expect((await Samples.of(server)).sum('latchkey_throttled_attempts_total', { purpose: 'api' })).toBe(2);
    for (const credentials of [byToken(ADMIN.token), byKey(ADMIN.token)])
      expect((await ask(HERE, credentials)).status).toBe(200);
    // Without credentials, or with what cannot be one, nothing is looked up.
    expect((await ask(HERE, {})).status).toBe(400);
    expect((await ask(ELSEWHERE, byToken(WRONG))).status).toBe(statuses[0]);
    server.clock.advance(75_000);
    expect((await ask(HERE, byToken(WRONG))).status).toBe(statuses[0]);
    await server.close();
  });
});
