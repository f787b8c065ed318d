import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toMoment, toSeconds } from '../../../src/dialects/cloudflare/cloudflare.views.js';
import { parseRfc3339 } from '../../../src/http/index.js';
import { cloudflareSuite, invalid, ok, tokensOf, type ServiceTokenWithSecret } from './support.js';

const MINUTE = 60_000;
const FIRST = Date.parse('0001-01-02T00:00:00Z');
const LAST = Date.parse('9999-12-30T00:00:00Z');

const two = (value: number): string => String(value).padStart(2, '0');

/** The same moment as clocks of another zone show it. */
const written = fc
  .record({
    milliseconds: fc.integer({ min: FIRST, max: LAST }),
    offset: fc.integer({ min: -1439, max: 1439 }),
    more: fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 9 }),
    precision: fc.constantFrom(0, 3, 12),
    letters: fc.constantFrom('T', 't'),
  })
  .map(({ milliseconds, offset, more, precision, letters }) => {
    const moment = precision === 0 ? Math.floor(milliseconds / 1000) * 1000 : milliseconds;
    const local = new Date(moment + offset * MINUTE).toISOString();
    const fraction = precision === 0 ? '' : local.slice(19, 23) + (precision === 3 ? '' : more);
    const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
    return { text: `${local.slice(0, 10)}${letters}${local.slice(11, 19)}${fraction}${zone}`, moment };
  });

const USABLE: [text: string, same: string][] = [
  ['2030-01-31T12:00:00Z', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31T12:00:00z', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31t12:00:00Z', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31T12:00:00.5Z', '2030-01-31T12:00:00.500Z'],
  ['2030-01-31T12:00:00.12345Z', '2030-01-31T12:00:00.123Z'],
  ['2030-01-31T12:00:00.9999999999999Z', '2030-01-31T12:00:00.999Z'],
  ['2030-01-31T12:00:00+00:00', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31T12:00:00-00:00', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31T12:00:00+05:30', '2030-01-31T06:30:00.000Z'],
  ['2030-01-31T23:30:00-01:45', '2030-02-01T01:15:00.000Z'],
  ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['2000-02-29T23:59:59.999Z', '2000-02-29T23:59:59.999Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
];

const UNUSABLE = [
  '',
  ' ',
  'now',
  '0',
  '1893456000',
  '2030-01-31',
  '2030-01-31T12:00',
  '2030-01-31T12:00Z',
  '2030-01-31T12:00:00',
  '2030-01-31T12:00:00.Z',
  '2030-01-31T12:00:00,5Z',
  '2030-01-31T12:00:00+0100',
  '2030-01-31T12:00:00+01',
  '2030-01-31T12:00:00+24:00',
  '2030-01-31T12:00:00+01:60',
  '2030-01-31T12:00:00 Z',
  ' 2030-01-31T12:00:00Z',
  '2030-01-31T12:00:00Z\n',
  '2030-1-31T12:00:00Z',
  '2030-00-10T12:00:00Z',
  '2030-13-10T12:00:00Z',
  '2030-01-00T12:00:00Z',
  '2030-01-32T12:00:00Z',
  '2030-02-29T12:00:00Z',
  '2100-02-29T12:00:00Z',
  '2030-04-31T12:00:00Z',
  '2030-01-31T24:00:00Z',
  '2030-01-31T12:60:00Z',
  '2030-01-31T12:00:61Z',
  '+02030-01-31T12:00:00Z',
  '-2030-01-31T12:00:00Z',
  '12030-01-31T12:00:00Z',
  '9999-12-31T23:59:59-01:00',
  '２030-01-31T12:00:00Z',
  'Thu, 31 Jan 2030 12:00:00 GMT',
];

describe('moments on the wire', () => {
  it('are read to the millisecond, in any zone and precision, and never later than written', () => {
    fc.assert(
      fc.property(written, ({ text, moment }) => {
        expect(parseRfc3339(text)?.getTime()).toBe(moment);
      }),
      { numRuns: 2000 },
    );
  });

  it('are written in whole seconds, and with milliseconds where those matter, and read back the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (milliseconds) => {
        const moment = new Date(milliseconds);
        expect(toSeconds(moment)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        expect(Date.parse(toSeconds(moment))).toBe(Math.floor(milliseconds / 1000) * 1000);
        expect(parseRfc3339(toMoment(moment))).toEqual(moment);
      }),
      { numRuns: 500 },
    );
  });

  it('are refused or read as the machine itself reads them, whatever the text', () => {
    const near = fc
      .tuple(written, fc.nat(25), fc.string({ maxLength: 1 }))
      .map(([{ text }, at, inserted]) => text.slice(0, at) + inserted + text.slice(at + 1));
    fc.assert(
      fc.property(near, (text) => {
        const moment = parseRfc3339(text);
        if (moment) expect(moment.getTime()).toBe(Date.parse(text.toUpperCase().replace(/(\.\d{3})\d+/, '$1')));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(USABLE)('%s is %s', (text, same) => {
    expect(parseRfc3339(text)?.toISOString()).toBe(same);
  });

  it.each(UNUSABLE)('%j is none', (text) => {
    expect(parseRfc3339(text)).toBeUndefined();
  });
});

cloudflareSuite('moments over HTTP', (cf) => {
  const END = 'previous_client_secret_expires_at';
  const create = (end: string): ReturnType<typeof cf.admin.post> =>
    cf.admin.post(tokensOf(), { name: 'n', [END]: end });

  it.each(USABLE)('%s is kept and shown in UTC: %s', async (text, same) => {
    const { id, [END]: shown = '' } = ok<ServiceTokenWithSecret>(await create(text), 201);
    expect(shown).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
    expect(new Date(shown).toISOString()).toBe(same);
    expect((await cf.read('a'.repeat(32), id))[END]).toBe(shown);
  });

  it.each(UNUSABLE)('%j is refused, with an example of what is not', async (text) => {
    expect(invalid(await create(text), END)).toMatch(/RFC 3339.*\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
  });
});
