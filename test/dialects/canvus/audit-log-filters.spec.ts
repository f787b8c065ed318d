import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import { readFilter } from '../../../src/dialects/canvus/audit-log.query.js';
import { addAuditRows, type AuditValues } from '../../support/audit-rows.js';
import { AUDIT_LOG, allEvents, type AuditEvent } from './audit-log-client.js';
import { canvusSuite, ok } from './support.js';

canvusSuite('GET audit-log, filtered', (canvus) => {
  const list = async (query = ''): Promise<AuditEvent[]> => ok<AuditEvent[]>(await canvus.admin.get(AUDIT_LOG + query));

  describe('by time', () => {
    const AT = '2031-05-06T07:08:09.123Z';
    beforeAll(() => addAuditRows(canvus.server, [{ createdAt: new Date(AT), targetName: 'the one' }]));

    const finds = async (name: string, value: string): Promise<boolean> =>
      (await list(`?per_page=1000&${name}=${value}`)).some((event) => event.target_name === 'the one');

    it.each([
      ['the moment itself', AT, true, false],
      ['a millisecond later', '2031-05-06T07:08:09.124Z', false, true],
      ['a millisecond earlier', '2031-05-06T07:08:09.122Z', true, false],
      ['without a fraction', '2031-05-06T07:08:09Z', true, false],
      ['without a zone, which is UTC', '2031-05-06T07:08:09.124', false, true],
      ['in lower case', '2031-05-06t07:08:09.124z', false, true],
      ['with an offset', '2031-05-06T09:08:09.124%2B02:00', false, true],
      ['with a plus sign sent as it is', '2031-05-06T09:08:09.124+02:00', false, true],
      ['with an offset to the west', '2031-05-05T19:38:09.123-11:30', true, false],
      ['its day', '2031-05-06', true, false],
      ['the day after', '2031-05-07', false, true],
      ['the year 0000', '0000-01-01', true, false],
      ['the year 9999', '9999-12-31T23:59:59Z', false, true],
    ])('created_after %s includes that time, created_before excludes it', async (_what, text, after, before) => {
      expect([await finds('created_after', text), await finds('created_before', text)]).toEqual([after, before]);
    });

    it('shows nothing for a range without events, or one that ends before it begins', async () => {
      expect(await list('?created_after=2100-01-01')).toEqual([]);
      expect(await list('?created_before=1999-01-01')).toEqual([]);
      expect(await list('?created_after=2031-05-07&created_before=2031-05-06')).toEqual([]);
    });
  });

  describe('by every combination of filters', () => {
    const BEGIN = Date.parse('2029-01-01T00:00:00Z');
    const rows: AuditValues[] = Array.from({ length: 120 }, (_, index) => ({
      // Written concurrently: the times do not always increase with the ids, and two are far out of order. The limits of
      // the filters are the times of some rows, of one with a lower id than the last row in the range.
      createdAt: new Date(BEGIN + (index === 77 ? 3 : index === 5 ? 99 : index - (index % 3)) * 1000),
      authorId: index % 4 === 0 ? null : 5000 + (index % 4),
      targetType: ['token', 'user', 'account', 'membership', 'server'][index % 5] ?? '',
      targetId: index % 5 === 4 ? null : `target-${String(index % 7)}`,
    }));
    beforeAll(() => addAuditRows(canvus.server, rows));

    const after = new Date(BEGIN + 21_000).toISOString();
    const before = new Date(BEGIN + 99_000).toISOString();
    const FILTERS: [name: string, value: string, fits: (event: AuditEvent) => boolean][] = [
      ['created_after', after, ({ created_at: at }) => at >= after],
      ['created_before', before, ({ created_at: at }) => at < before],
      ['target_type', 'access-token', ({ target_type: type }) => type === 'access-token'],
      ['target_id', 'target-3', ({ target_id: id }) => id === 'target-3'],
      ['author_id', '5001', ({ author_id: id }) => id === 5001],
    ];
    const COMBINATIONS = Array.from({ length: 2 ** FILTERS.length }, (_, bits) =>
      FILTERS.filter((_filter, index) => (bits >> index) & 1),
    );

    it('shows what matches all of them and nothing else, on pages of any size', async () => {
      const everything = (await allEvents(canvus, { per_page: '1000' })).events;
      const sizes = new Set<number>();
      for (const combination of COMBINATIONS) {
        const query = Object.fromEntries(combination.map(([name, value]) => [name, value]));
        const fitting = everything.filter((event) => combination.every(([, , fits]) => fits(event)));
        for (const perPage of [17, 1000]) {
          const { events, pages } = await allEvents(canvus, { ...query, per_page: String(perPage) });
          expect({ query, events }).toEqual({ query, events: fitting });
          expect(pages).toBe(Math.max(1, Math.ceil(fitting.length / perPage)));
        }
        sizes.add(fitting.length);
      }
      expect(sizes.size).toBeGreaterThan(10);
    });
  });
});

it('times without a zone are UTC wherever the server is', () => {
  expect(new Date(2031, 4, 6).getTimezoneOffset()).not.toBe(0);
  const query = { created_after: '2031-05-06T07:08:09', created_before: '2031-05-07' };
  expect(readFilter({ query } as unknown as Request)).toMatchObject({
    createdFrom: new Date('2031-05-06T07:08:09Z'),
    createdBefore: new Date('2031-05-07T00:00:00Z'),
  });
});
