import { describe, expect, it } from '@jest/globals';
import { addAuditRows } from '../../support/audit-rows.js';
import type { Reply } from '../../support/http.js';
import { EVENT_KEYS, EXPORT, allEvents, rowsOf, type AuditEvent } from './audit-log-client.js';
import { itNeedsAToken, itRefusesUnusableCallers } from './common-cases.js';
import { PECULIAR_TEXTS, PERMISSION_DENIED, canvusSuite, refusal } from './support.js';

const operation = { method: 'GET', path: () => EXPORT };

function exported(reply: Reply): Record<string, string>[] {
  expect({ status: reply.status, text: reply.text }).toEqual({ status: 200, text: expect.any(String) });
  expect(reply.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(reply.headers['content-disposition']).toBe('attachment; filename="audit-log.csv"');
  expect(reply.text).toMatch(/\r\n$/);
  return rowsOf(reply.text);
}

/** An event as a row shows it. */
function asRow(event: AuditEvent): Record<string, string> {
  return Object.fromEntries(Object.entries(event).map(([key, value]) => [key, value === null ? '' : String(value)]));
}

canvusSuite('GET audit-log/export-csv', (canvus) => {
  const rows = async (query = ''): Promise<Record<string, string>[]> =>
    exported(await canvus.admin.get(EXPORT + query));

  describe('200', () => {
    it('contains the events of the list with the same members, newest first', async () => {
      await canvus.person();
      expect(await rows()).toEqual((await allEvents(canvus)).events.map(asRow));
    });

    it('accepts the filters of the list, and has no pages', async () => {
      const day = (index: number): Date => new Date(Date.UTC(2030, 0, index));
      await addAuditRows(
        canvus.server,
        Array.from({ length: 12 }, (_, index) => ({
          createdAt: day(index + 1),
          authorId: 5000 + (index % 2),
          targetType: index % 3 === 0 ? 'user' : 'token',
          targetId: `t${String(index % 4)}`,
        })),
      );
      const queries: Record<string, string>[] = [
        { created_after: '2030-01-04' },
        { created_after: '2030-01-04', created_before: '2030-01-08', author_id: '5001' },
        { target_type: 'user', author_id: '5000' },
        { target_id: 't3' },
        { target_type: 'access-token', target_id: 't1', created_before: '2030-01-10T00:00:00+02:00' },
        { author_id: '4999' },
      ];
      for (const query of queries) {
        const { events } = await allEvents(canvus, query);
        const parameters = new URLSearchParams(query).toString();
        expect(await rows(`?${parameters}`)).toEqual(events.map(asRow));
      }
    });

    it('consists of the header only if nothing matches', async () => {
      const reply = await canvus.admin.get(`${EXPORT}?author_id=4999`);
      expect(exported(reply)).toEqual([]);
      expect(reply.text).toBe(`${EVENT_KEYS.join(',')}\r\n`);
    });

    const TEXTS: [kind: string, text: string][] = [
      ...PECULIAR_TEXTS,
      ['a comma', 'one, two'],
      ['quotes', '"quoted" and "half'],
      ['a single quote', `'`],
      ['a line feed', 'one\ntwo'],
      ['a carriage return', 'one\rtwo'],
      ['both', 'one\r\ntwo\r\n'],
      ['a backslash', 'a\\"b\\'],
      ['semicolons and tabs', 'a;b\tc'],
      ['nothing', ''],
    ];

    it('preserves every text byte for byte', async () => {
      const names = TEXTS.map(([, text]) => `x${text}`);
      await addAuditRows(
        canvus.server,
        names.map((name) => ({
          authorId: 7001,
          authorName: name,
          targetName: name,
          targetId: name,
          details: { name },
        })),
      );
      const read = (await rows('?author_id=7001')).reverse();
      expect(read.map(({ author_name, target_name, target_id }) => [author_name, target_name, target_id])).toEqual(
        names.map((name) => [name, name, name]),
      );
      expect(read.map(({ details = '' }) => JSON.parse(details) as unknown)).toEqual(names.map((name) => ({ name })));
    });

    it('prevents spreadsheets from treating text as a formula', async () => {
      const signs = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
      const nameOf = (sign: string): string => `${sign}HYPERLINK("http://localhost/?"&A1,"click")`;
      await addAuditRows(
        canvus.server,
        signs.map((sign) => {
          const name = nameOf(sign);
          return { authorId: 7002, authorName: name, targetName: name, targetId: name, ipAddress: sign };
        }),
      );
      const read = (await rows('?author_id=7002')).reverse();
      expect(read.map((row) => [row.author_name, row.target_name, row.target_id, row.ip_address])).toEqual(
        signs.map((sign) => [...Array<string>(3).fill(`'${nameOf(sign)}`), `'${sign}`]),
      );
    });

    it('leaves other text unchanged: signs within, numbers, details', async () => {
      const name = 'a=b+c-d@e';
      await addAuditRows(canvus.server, [{ authorId: 0, targetName: name, details: { '=': '=1+1' } }]);
      const [row] = await rows('?author_id=0');
      expect(row).toMatchObject({ author_id: '0', target_name: name, details: '{"=":"=1+1"}' });
    });
  });

  describe('400', () => {
    it.each([
      ['created_after', 'yesterday'],
      ['created_before', '2026-02-30'],
      ['author_id', 'me'],
      ['target_id', 'x'.repeat(256)],
    ])('is a JSON answer and not a file: %s', async (name, value) => {
      const reply = await canvus.admin.get(`${EXPORT}?${name}=${value}`);
      expect(refusal(reply, 400)).toContain(name);
      expect(reply.headers['content-disposition']).toBeUndefined();
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it('refuses regular users before checking the query', async () => {
      const { actor } = await canvus.person();
      for (const query of ['', '?author_id=wrong']) {
        const reply = await actor.get(EXPORT + query);
        expect([reply.status, reply.json()]).toEqual([403, PERMISSION_DENIED]);
        expect(reply.headers['content-disposition']).toBeUndefined();
      }
    });
  });

  describe('500', () => {
    it('is a JSON answer and not a file if the log cannot be read', async () => {
      await canvus.server.dataSource.query('ALTER TABLE latchkey_audit RENAME TO away');
      try {
        const reply = await canvus.admin.get(EXPORT);
        refusal(reply, 500);
        expect(reply.headers['content-disposition']).toBeUndefined();
      } finally {
        await canvus.server.dataSource.query('ALTER TABLE away RENAME TO latchkey_audit');
      }
    });
  });
});
