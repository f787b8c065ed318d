/** `/verify` for an application, with the assertion, against `/verify` without: by the processor time of the server. */
import { startLatchkey, newApplication, verify } from '../contestants/latchkey.js';
import type { Outcome } from '../outcome.js';
import type { Load } from '../load/load.js';
import { cpuMicros, inRounds, perSecond, ratio, type Trial } from '../rounds.js';
import { medians, speedsOf, type Stage } from './stage.js';

const PLAIN = 'latchkey /verify, one hot token, without a rule';
const APPLICATION = 'latchkey /verify?app=…, with the assertion';

/** What the assertion may cost at most. */
const TIMES = 1.15;

export async function measureVerifyApp(stage: Stage): Promise<Outcome> {
  const database = await stage.database(stage.options.tokens.small);
  const contestant = await stage.with(startLatchkey('latchkey', database));
  const [token] = database.known;
  if (!token) throw new Error('there is no known token');
  const plain = verify(token);
  const path = `/verify?app=${await newApplication(contestant)}`;
  // The first assertion waits until the server has made its keys.
  await fetch(contestant.url + path, { headers: plain.headers ?? {} });
  const trials: Trial[] = [
    { name: PLAIN, contestant, requests: stage.requests(plain), expect: 'accepted' },
    { name: APPLICATION, contestant, requests: stage.requests({ ...plain, path }), expect: 'accepted' },
  ];
  const results = await inRounds(trials, stage.options, stage.progress);
  const times = ratio(results, APPLICATION, PLAIN, cost);
  const trial = trials.at(-1);
  return {
    findings: [
      {
        measure: APPLICATION,
        against: PLAIN,
        bound: 'at most',
        target: TIMES,
        ratio: times,
        cpuRatio: ratio(results, APPLICATION, PLAIN, cpuMicros),
        medians: medians(results, APPLICATION, PLAIN),
        ...(trial && { trial }),
      },
    ],
    speeds: speedsOf(results),
  };
}

/** Processor time for a request; where the system does not tell, time. */
function cost(load: Load): number {
  return Number.isNaN(load.cpuMicros) ? 1 / perSecond(load) : load.cpuMicros;
}
