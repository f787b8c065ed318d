import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  DAY,
  cloudflareSuite,
  countRows,
  ok,
  tokenPath,
  type ServiceToken,
  type ServiceTokenWithSecret,
} from './support.js';

const END = 'previous_client_secret_expires_at';
const HOUR = 3_600_000;

/** Not a whole second: times that clients choose are shown to the millisecond. */
const START = Date.parse('2026-07-01T00:00:00.123Z');

const moment = (milliseconds: number): string => new Date(milliseconds).toISOString();

cloudflareSuite('two secrets of a token', (cf) => {
  beforeEach(() => {
    cf.server.clock.freeze(new Date(START));
  });
  afterEach(() => {
    cf.server.clock.reset();
  });

  const at = (milliseconds: number): void => {
    cf.server.clock.freeze(new Date(milliseconds));
  };

  /** A token that is rotated and changed over HTTP, and whose secrets are verified in process. */
  const subject = async (fields: Record<string, unknown> = {}) => {
    const account = await cf.account();
    const token = await cf.token(account, fields);
    const path = tokenPath(account, token.id);
    return {
      first: token.client_secret,
      rotate: async (end?: number): Promise<string> =>
        (await cf.rotate(account, token.id, end === undefined ? undefined : { [END]: moment(end) })).client_secret,
      put: async (body: Record<string, unknown>): Promise<ServiceToken & Partial<ServiceTokenWithSecret>> =>
        ok(await cf.admin.put(path, body)),
      read: async (): Promise<ServiceToken> => ok(await cf.admin.get(path)),
      refresh: async (): Promise<ServiceToken> => ok(await cf.admin.post(`${path}/refresh`)),
      verdicts: (...secrets: string[]): Promise<string[]> =>
        Promise.all(secrets.map((secret) => cf.verdict(token.client_id, secret))),
    };
  };
  const DEAD = 'wrong_secret';

  describe('rotation', () => {
    it('without overlap: the old secret ends at once', async () => {
      const token = await subject();
      const second = await token.rotate();
      expect(await token.verdicts(token.first, second)).toEqual([DEAD, 'valid']);
      const row = `latchkey_token WHERE id = '${(await token.read()).id}'`;
      expect(await countRows(cf.server, `${row} AND previous_secret_digest IS NULL`)).toBe(1);
    });

    it('with an end now or in the past: the old secret ends at once', async () => {
      for (const end of [START, START - 1, START - DAY, 0]) {
        const token = await subject();
        const second = await token.rotate(end);
        expect(await token.verdicts(token.first, second)).toEqual([DEAD, 'valid']);
      }
    });

    it('with overlap: both work until the given time, and not a millisecond longer', async () => {
      const token = await subject();
      const end = START + HOUR + 1;
      const second = await token.rotate(end);
      expect((await token.read())[END]).toBe(moment(end));
      for (const time of [START, START + HOUR, end - 1]) {
        at(time);
        expect(await token.verdicts(token.first, second)).toEqual(['valid', 'valid']);
      }
      for (const time of [end, end + 1, end + DAY]) {
        at(time);
        expect(await token.verdicts(token.first, second)).toEqual([DEAD, 'valid']);
      }
    });

    it('a second one drops the oldest secret, even while its overlap runs', async () => {
      const token = await subject();
      const second = await token.rotate(START + DAY);
      const third = await token.rotate(START + HOUR);
      expect(await token.verdicts(token.first, second, third)).toEqual([DEAD, 'valid', 'valid']);
      at(START + HOUR);
      expect(await token.verdicts(token.first, second, third)).toEqual([DEAD, DEAD, 'valid']);
    });

    it('a second one without overlap drops both', async () => {
      const token = await subject();
      const second = await token.rotate(START + DAY);
      const third = await token.rotate();
      expect(await token.verdicts(token.first, second, third)).toEqual([DEAD, DEAD, 'valid']);
    });

    it('by PUT: the old secret works until the given time, or ends at once', async () => {
      const token = await subject();
      const { client_secret: second = '' } = await token.put({
        client_secret_version: 2,
        [END]: moment(START + HOUR),
      });
      expect(await token.verdicts(token.first, second)).toEqual(['valid', 'valid']);
      at(START + HOUR);
      expect(await token.verdicts(token.first, second)).toEqual([DEAD, 'valid']);
      const { client_secret: third = '' } = await token.put({ client_secret_version: 3 });
      expect(await token.verdicts(second, third)).toEqual([DEAD, 'valid']);
    });

    it('an end set earlier, at creation or by PUT, has no effect', async () => {
      const token = await subject({ [END]: moment(START + DAY) });
      await token.put({ [END]: moment(START + DAY) });
      const second = await token.rotate();
      expect(await token.verdicts(token.first, second)).toEqual([DEAD, 'valid']);
      await token.put({ [END]: moment(START + DAY) });
      expect(await token.verdicts(token.first, second)).toEqual([DEAD, 'valid']);
    });
  });

  describe('PUT with a new end', () => {
    it('extends a running overlap', async () => {
      const token = await subject();
      const second = await token.rotate(START + HOUR);
      const changed = await token.put({ [END]: moment(START + 3 * HOUR) });
      expect(changed[END]).toBe(moment(START + 3 * HOUR));
      at(START + 3 * HOUR - 1);
      expect(await token.verdicts(token.first, second)).toEqual(['valid', 'valid']);
      at(START + 3 * HOUR);
      expect(await token.verdicts(token.first, second)).toEqual([DEAD, 'valid']);
    });

    it('shortens a running overlap', async () => {
      const token = await subject();
      const second = await token.rotate(START + DAY);
      await token.put({ [END]: moment(START + 1) });
      expect(await token.verdicts(token.first, second)).toEqual(['valid', 'valid']);
      at(START + 1);
      expect(await token.verdicts(token.first, second)).toEqual([DEAD, 'valid']);
    });

    it.each([0, 1, DAY])('ends a running overlap at once when it is %d ms ago, and for good', async (ago) => {
      const token = await subject();
      const second = await token.rotate(START + DAY);
      await token.put({ [END]: moment(START - ago) });
      expect(await token.verdicts(token.first, second)).toEqual([DEAD, 'valid']);
      await token.put({ [END]: moment(START + DAY) });
      expect(await token.verdicts(token.first, second)).toEqual([DEAD, 'valid']);
    });

    it('never revives an overlap that has ended', async () => {
      const token = await subject();
      const second = await token.rotate(START + HOUR);
      at(START + HOUR);
      await token.put({ [END]: moment(START + DAY) });
      expect(await token.verdicts(token.first, second)).toEqual([DEAD, 'valid']);
      at(START + HOUR + 1);
      await token.put({ [END]: moment(START + DAY), duration: '8760h', enabled: true });
      await token.refresh();
      expect(await token.verdicts(token.first, second)).toEqual([DEAD, 'valid']);
    });

    it('is not affected by changes that omit it', async () => {
      const token = await subject();
      const second = await token.rotate(START + HOUR);
      await token.put({ name: 'renamed', duration: '17520h', client_secret_version: 2, [END]: null });
      await token.refresh();
      expect((await token.read())[END]).toBe(moment(START + HOUR));
      expect(await token.verdicts(token.first, second)).toEqual(['valid', 'valid']);
    });
  });

  describe('enabled and expiry', () => {
    it('enabled: false stops both secrets, and enabled: true restores those that have not ended', async () => {
      const token = await subject();
      const second = await token.rotate(START + HOUR);
      await token.put({ enabled: false });
      expect(await token.verdicts(token.first, second)).toEqual(['disabled', 'disabled']);
      await token.put({ enabled: true });
      expect(await token.verdicts(token.first, second)).toEqual(['valid', 'valid']);
      await token.put({ enabled: false });
      at(START + HOUR);
      await token.put({ enabled: true });
      expect(await token.verdicts(token.first, second)).toEqual([DEAD, 'valid']);
    });

    it.each(['1h', '1.5s', '1ms', '8760h'])(
      'a token of %s works up to its expiry, to the millisecond',
      async (duration) => {
        const lifetime = { '1h': HOUR, '1.5s': 1500, '1ms': 1, '8760h': 365 * DAY }[duration] ?? 0;
        const token = await subject({ duration });
        at(START + lifetime - 1);
        expect(await token.verdicts(token.first)).toEqual(['valid']);
        at(START + lifetime);
        expect(await token.verdicts(token.first)).toEqual(['expired']);
      },
    );

    it('expiry stops both secrets, however long the overlap', async () => {
      const token = await subject({ duration: '1h' });
      const second = await token.rotate(START + DAY);
      at(START + HOUR - 1);
      expect(await token.verdicts(token.first, second)).toEqual(['valid', 'valid']);
      at(START + HOUR);
      expect(await token.verdicts(token.first, second)).toEqual(['expired', 'expired']);
    });
  });

  describe('in general', () => {
    it('the old secret works exactly until the end of an overlap of any length', async () => {
      const length = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -DAY, max: 60 * DAY }));
      await fc.assert(
        fc.asyncProperty(length, length, async (overlap, distance) => {
          at(START);
          const token = await subject({ duration: 'forever' });
          expect(await token.verdicts(token.first)).toEqual(['valid']);
          const end = START + overlap;
          const second = await token.rotate(end);
          for (const time of [START, end - 1, end, end + 1, end + distance]) {
            if (time < START) continue;
            at(time);
            expect(await token.verdicts(token.first, second)).toEqual([time < end ? 'valid' : DEAD, 'valid']);
          }
        }),
        { numRuns: 20 },
      );
    });

    /** One step in a token's life; times are relative to the previous step. */
    type Step =
      | { readonly do: 'rotate'; readonly overlap: number }
      | { readonly do: 'move the end'; readonly overlap: number }
      | { readonly do: 'rotate by version'; readonly overlap: number | null }
      | { readonly do: 'rotate at once' }
      | { readonly do: 'refresh' }
      | { readonly do: 'enable'; readonly enabled: boolean }
      | { readonly do: 'wait'; readonly time: number };

    const span = fc.oneof(fc.integer({ min: -2, max: 3 }), fc.integer({ min: -HOUR, max: DAY }));
    const steps: fc.Arbitrary<Step> = fc.oneof(
      fc.record({ do: fc.constantFrom('rotate' as const, 'move the end' as const), overlap: span }),
      fc.record({ do: fc.constant('rotate by version' as const), overlap: fc.option(span) }),
      fc.record({ do: fc.constantFrom('rotate at once' as const, 'refresh' as const) }),
      fc.record({ do: fc.constant('enable' as const), enabled: fc.boolean() }),
      fc.record({ do: fc.constant('wait' as const), time: fc.oneof(fc.nat(3), fc.nat(DAY)) }),
    );

    it('whatever happens to a token, the current secret works, the previous one until its end, no other', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { minLength: 3, maxLength: 9 }), async (life) => {
          let now = START;
          at(now);
          const token = await subject({ duration: 'forever' });
          const secrets = [token.first];
          let version = 1;
          let enabled = true;
          /** Until when the previous secret works; `null` once it has ended. */
          let end: number | null = null;
          const rotated = (secret: string | undefined, newEnd: number): void => {
            secrets.push(secret ?? 'no secret came');
            version += 1;
            end = newEnd > now ? newEnd : null;
          };
          for (const step of life) {
            if (step.do === 'rotate') rotated(await token.rotate(now + step.overlap), now + step.overlap);
            else if (step.do === 'rotate at once') rotated(await token.rotate(), now);
            else if (step.do === 'refresh') await token.refresh();
            else if (step.do === 'rotate by version') {
              const newEnd = step.overlap === null ? null : moment(now + step.overlap);
              const { client_secret: secret } = await token.put({ client_secret_version: version + 1, [END]: newEnd });
              rotated(secret, now + (step.overlap ?? 0));
            } else if (step.do === 'move the end') {
              await token.put({ [END]: moment(now + step.overlap) });
              if (end !== null) end = step.overlap > 0 ? now + step.overlap : null;
            } else if (step.do === 'enable') {
              enabled = step.enabled;
              await token.put({ enabled });
            } else {
              now += step.time;
              at(now);
              if (end !== null && end <= now) end = null;
            }
            const works = enabled ? 'valid' : 'disabled';
            const expected = secrets.map((_, index) => {
              if (index === secrets.length - 1) return works;
              return index === secrets.length - 2 && end !== null ? works : DEAD;
            });
            expect(await token.verdicts(...secrets)).toEqual(expected);
          }
          expect((await token.read()).client_secret_version).toBe(version);
        }),
        { numRuns: 20 },
      );
    });
  });
});
