import { expect, it } from '@jest/globals';
import { cloudflareSuite, invalid, ok, tokensOf, type ServiceTokenWithSecret } from './support.js';

/** One of each kind; the parser is tested next to the code. */
const USABLE: [text: string, same: string][] = [
  ['2030-01-31T12:00:00Z', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31t12:00:00.5z', '2030-01-31T12:00:00.500Z'],
  ['2030-01-31T12:00:00.9999999999999Z', '2030-01-31T12:00:00.999Z'],
  ['2030-01-31T23:30:00-01:45', '2030-02-01T01:15:00.000Z'],
];

const UNUSABLE = ['', 'now', '1893456000', '2030-01-31', '2030-01-31T12:00:00', '2030-02-29T12:00:00Z'];

cloudflareSuite('times over HTTP', (cf) => {
  const END = 'previous_client_secret_expires_at';
  const create = (end: string): ReturnType<typeof cf.admin.post> =>
    cf.admin.post(tokensOf(), { name: 'n', [END]: end });

  it.each(USABLE)('%s is stored and shown in UTC: %s', async (text, same) => {
    const { id, [END]: shown = '' } = ok<ServiceTokenWithSecret>(await create(text), 201);
    expect(shown).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
    expect(new Date(shown).toISOString()).toBe(same);
    expect((await cf.read('a'.repeat(32), id))[END]).toBe(shown);
  });

  it.each(UNUSABLE)('%j is refused, with a valid example', async (text) => {
    expect(invalid(await create(text), END)).toMatch(/RFC 3339.*\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
  });
});
