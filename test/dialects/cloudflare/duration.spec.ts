import { expect, it } from '@jest/globals';
import { cloudflareSuite, inSeconds, invalid, tokensOf, type ServiceTokenWithSecret } from './support.js';

const HOUR_MS = 3_600_000;

/** One of each kind; the parser is tested next to the code. */
const USABLE: [text: string, milliseconds: number][] = [
  ['8760h', 8760 * HOUR_MS],
  ['2h45m', 2.75 * HOUR_MS],
  ['+.5h', HOUR_MS / 2],
  ['300ms', 300],
  ['5000000\u00b5s', 5000],
  ['2562047h47m16.854775807s', 9_223_372_036_854.775],
];

const UNUSABLE = ['2562047h47m16.854775808s', '-1h', '0s', '1d', '60', '', ' 1h', '１h', 'Forever', '0.4ns'];

cloudflareSuite('durations', (cf) => {
  const NOW = Date.parse('2026-11-21T10:00:00.000Z');

  it.each(USABLE)(
    'create a token of %j, returned as sent, that expires then to the second',
    async (text, milliseconds) => {
      cf.server.clock.freeze(new Date(NOW));
      const reply = await cf.admin.post(tokensOf(), { name: 'n', duration: text });
      cf.server.clock.reset();
      expect(reply.status).toBe(201);
      const { result } = reply.json<{ result: ServiceTokenWithSecret }>();
      expect(result.duration).toBe(text);
      expect(result.expires_at).toBe(inSeconds(NOW + Math.floor(milliseconds)));
      expect((await cf.read('a'.repeat(32), result.id)).duration).toBe(text);
    },
  );

  it.each(UNUSABLE)('are refused: %j', async (text) => {
    invalid(await cf.admin.post(tokensOf(), { name: 'n', duration: text }), 'duration');
  });
});
