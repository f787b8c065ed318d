/** Issuing over HTTP, each token durable and audited, against oidc-provider's and against a route that does nothing. */
import { ISSUE, startLatchkey } from '../contestants/latchkey.js';
import type { Finding, Outcome } from '../outcome.js';
import { inRounds, type Trial } from '../rounds.js';
import { compared } from './verify.js';
import { speedsOf, type Stage } from './stage.js';

const LATCHKEY = 'latchkey issues a service token';
const OIDC = 'oidc-provider issues for client credentials';
const NEST = 'empty Nest POST route, the same body';

const TARGETS: readonly [string, number][] = [
  [OIDC, 1],
  [NEST, 0.35],
];

export async function measureIssue(stage: Stage): Promise<Outcome> {
  const contestant = await stage.with(startLatchkey('latchkey', await stage.database(stage.options.tokens.small)));
  const oidc = await stage.peer(OIDC, 'oidc-provider');
  const nest = await stage.peer(NEST, 'nest');
  const trial: Trial = { name: LATCHKEY, contestant, requests: stage.requests(ISSUE), expect: 'accepted' };
  const trials: Trial[] = [
    trial,
    { name: OIDC, contestant: oidc, requests: stage.requests(oidc.requests.issue), expect: 'accepted' },
    { name: NEST, contestant: nest, requests: stage.requests(nest.requests.emptyPost), expect: 'accepted' },
  ];
  const results = await inRounds(trials, stage.options, stage.progress);
  const findings = TARGETS.map(([peer, target]): Finding => ({
    measure: LATCHKEY,
    against: peer,
    bound: 'at least',
    target,
    ...compared(results, LATCHKEY, peer),
    trial,
  }));
  return { findings, speeds: speedsOf(results) };
}
