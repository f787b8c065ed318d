/**
 * The authorisation matrix: every documented operation × every kind of caller × every way to present a credential.
 * Callers without permission are refused in the API's own form, and nothing changes; callers with permission are admitted.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Engine } from '../../../src/persistence/index.js';
import { stored } from '../../support/stored.js';
import { startInMount, type TestServer } from '../../support/test-server.js';
import { answerTo, eachOf, expectedOutcome, isAdmitted, isRepeatable, nameOf, type Attempt } from './attempts.js';
import { CALLERS, type Caller } from './callers.js';
import { outcomeOf } from './outcomes.js';
import { ALL_PRESENTATIONS, type Presentation } from './presentations.js';
import { OPERATIONS, apiOf } from './table.js';
import { newWorld, type World } from './world.js';

/** Concurrent calls. */
const AT_ONCE = 24;

/** Calls that each have a world of their own. */
const WORLDS_AT_ONCE = 6;

/** Logins from one address at the same time count as failed until they are done. */
const ROOM_FOR_LOGINS = { LOGIN_FAILURES_PER_ADDRESS: '10000', LOGIN_FAILURES_PER_ACCOUNT: '10000' };

function newCaller(callerKind: string, world: World): Promise<Caller> {
  const make = CALLERS[callerKind];
  if (!make) throw new Error(`callers of the kind ${callerKind} are not defined`);
  return make(world);
}

/** Presentations that leave the request of a login as it is, which has credentials of its own. */
const BESIDE_A_LOGIN: readonly Presentation[] = ['in Private-Token', 'as Bearer'];

/** The matrix of one operation. */
function attemptsAt(label: string): Attempt[] {
  const place = [...OPERATIONS.keys()].indexOf(label);
  return (OPERATIONS.get(label) ?? []).flatMap((operation) => {
    const presentations = operation.isLogin ? BESIDE_A_LOGIN : ALL_PRESENTATIONS;
    return Object.keys(CALLERS).flatMap((callerKind, row) =>
      presentations.map((presentation, column) => ({
        label,
        operation,
        callerKind,
        presentation,
        eighth: (row + column + place) % 8,
      })),
    );
  });
}

/** Routes below a zone have the handlers of those below its account, and are tried on one engine. */
const LABELS: Readonly<Record<Engine, readonly string[]>> = {
  sqlite: [...OPERATIONS.keys()],
  postgres: [...OPERATIONS.keys()].filter((label) => !label.includes('/zones/{zoneId}/access/')),
};

/** What one suite tries: which eighths of the refusals, and which quarters of the admissions. */
interface Sample {
  readonly refusals: readonly number[];
  readonly admissions: readonly number[];
}

/** All of it is tried, most of it in the long ring: `npm test` has every caller and every presentation. */
export const SAMPLES = {
  'npm test': { refusals: [0], admissions: [0] },
  'SQLite, long': { refusals: [2, 4, 6], admissions: [2] },
  'PostgreSQL, long': { refusals: [1, 3, 5, 7], admissions: [1, 3] },
} as const satisfies Record<string, Sample>;

/** The suite of one sample. Each has a file of its own, so that they run at the same time. */
export function authorisationMatrix(engine: Engine, { refusals, admissions }: Sample): void {
  describe(`the authorisation matrix (${engine})`, () => {
    let server: TestServer;
    let world: World;
    const callers = new Map<string, Caller>();

    beforeAll(async () => {
      // There are several accounts, and the rule of `/verify` names none.
      server = await startInMount(engine, { ...ROOM_FOR_LOGINS, VERIFY_WITHOUT_ACCOUNT: 'true' });
      world = await newWorld(server);
      await eachOf(Object.entries(CALLERS), AT_ONCE, async ([kind, make]) => {
        callers.set(kind, await make(world));
      });
    });
    afterAll(() => server.close());

    const callerOf = ({ callerKind }: Attempt): Caller => {
      const caller = callers.get(callerKind);
      if (!caller) throw new Error(`there is no ${callerKind}`);
      return caller;
    };

    /** Makes the calls, and fails the test with the first that are not answered as the table says. */
    const tried = async (
      attempts: readonly Attempt[],
      atOnce: number,
      scene: (attempt: Attempt) => Promise<[World, Caller]> | [World, Caller],
    ): Promise<void> => {
      const faults: string[] = [];
      await eachOf(attempts, atOnce, async (attempt) => {
        const [ofAttempt, caller] = await scene(attempt);
        const expected = expectedOutcome(attempt, caller);
        const outcome = outcomeOf(apiOf(attempt.label), await answerTo(attempt, ofAttempt, caller));
        if (outcome !== expected) faults.push(`${nameOf(attempt)}: ${outcome}, instead of ${expected}`);
      });
      expect(faults.slice(0, 20)).toEqual([]);
    };

    const attempts = new Map(LABELS[engine].map((label) => [label, attemptsAt(label)]));

    // Before any caller is admitted: the database is then small, and remains as it was.
    describe('refuses callers without permission, and changes nothing', () => {
      const guarded = [...attempts].filter(([, all]) => all.some(({ operation }) => operation.who !== 'anyone'));
      let before: string;
      beforeAll(async () => {
        before = await stored(server);
      });

      it.each(guarded)('%s', async (_label, all) => {
        const refused = all.filter(
          (attempt) => refusals.includes(attempt.eighth) && !isAdmitted(attempt, callerOf(attempt)),
        );
        expect(refused.length).toBeGreaterThan(25 * refusals.length);
        await tried(refused, AT_ONCE, (attempt) => [world, callerOf(attempt)]);
        expect(await stored(server)).toEqual(before);
      });
    });

    describe('admits callers with permission', () => {
      it.each([...attempts])('%s', async (_label, all) => {
        const permitted = all.filter((attempt) => isAdmitted(attempt, callerOf(attempt)));
        expect(permitted.length).toBeGreaterThan(0);
        const admitted = permitted.filter((_, at) => admissions.includes(at % 4));
        await tried(admitted.filter(isRepeatable), AT_ONCE, (attempt) => [world, callerOf(attempt)]);
        const once = admitted.filter((attempt) => !isRepeatable(attempt));
        await tried(once, WORLDS_AT_ONCE, async ({ callerKind }) => {
          const ownWorld = await newWorld(server);
          return [ownWorld, await newCaller(callerKind, ownWorld)];
        });
      });
    });
  });
}
