/** `/verify` against doing nothing, and against what else checks credentials; the hot case against all others. */
import { newCheckedSecret } from '../../src/core/tokens/secret.js';
import { newClientId } from '../../src/dialects/cloudflare/service-token.service.js';
import type { Peer } from '../contestants/contestant.js';
import { SECRET_PREFIX, type KnownToken } from '../contestants/filling.js';
import { startLatchkey, verify, type FilledDatabase } from '../contestants/latchkey.js';
import type { Finding, Outcome } from '../outcome.js';
import { cpuMicros, inRounds, ratio, type Rounds, type Trial } from '../rounds.js';
import { medians, speedsOf, type Stage } from './stage.js';

const HOT = 'latchkey /verify, one hot token';
const RANDOM = 'latchkey /verify, 10,000 tokens at random';
const MALFORMED = 'latchkey /verify, malformed secrets';
const WRONG_SECRET = 'latchkey /verify, wrong secrets of one client id';
const WRONG_SECRETS = 'latchkey /verify, wrong secrets of 10,000 client ids';
const UNKNOWN = 'latchkey /verify, unknown client ids';
const BARE = 'bare node:http';
const NEST = 'empty Nest route';
const OIDC = 'oidc-provider introspection';
const BETTER_AUTH = 'better-auth verifyApiKey';

/** What each must reach: of the hot case against the peers, and of the others against the hot case. */
const AGAINST_PEERS: readonly [string, number][] = [
  [BARE, 0.5],
  [NEST, 4],
  [OIDC, 5],
  [BETTER_AUTH, 20],
];
const AGAINST_HOT = [RANDOM, MALFORMED, WRONG_SECRET, WRONG_SECRETS, UNKNOWN];
const SHARE_OF_HOT = 0.8;

export async function measureVerify(stage: Stage): Promise<Outcome> {
  const trials = await trialsOn(stage);
  const results = await inRounds(trials, stage.options, stage.progress);
  const find = (measure: string, against: string, target: number): Finding => ({
    measure,
    against,
    bound: 'at least',
    target,
    ...compared(results, measure, against),
    ...trials.filter(({ name }) => name === measure).map((trial) => ({ trial }))[0],
  });
  return {
    findings: [
      ...AGAINST_PEERS.map(([peer, target]) => find(HOT, peer, target)),
      ...AGAINST_HOT.map((measure) => find(measure, HOT, SHARE_OF_HOT)),
    ],
    speeds: speedsOf(results),
  };
}

/** Ratios of two trials, more being better in both. */
export function compared(results: Rounds, of: string, to: string): Pick<Finding, 'ratio' | 'cpuRatio' | 'medians'> {
  return {
    ratio: ratio(results, of, to),
    cpuRatio: ratio(results, to, of, cpuMicros),
    medians: medians(results, of, to),
  };
}

async function trialsOn(stage: Stage): Promise<Trial[]> {
  const database = await stage.database(stage.options.tokens.small);
  const contestant = await stage.with(startLatchkey('latchkey', database));
  const bare = await stage.peer(BARE, 'node-http');
  const nest = await stage.peer(NEST, 'nest');
  const oidc = await stage.peer(OIDC, 'oidc-provider');
  const betterAuth = await stage.peer(BETTER_AUTH, 'better-auth');
  const admitted = database.known.map(verify);
  const peer = (name: string, asked: Peer, request: string): Trial => ({
    name,
    contestant: asked,
    requests: stage.requests(asked.requests[request]),
    expect: 'accepted',
  });
  return [
    { name: HOT, contestant, requests: stage.requests(admitted[0]), expect: 'accepted' },
    peer(BARE, bare, 'bare'),
    { name: RANDOM, contestant, requests: stage.requests(...admitted), expect: 'accepted' },
    ...Object.entries(wrongCredentials(database)).map(([name, credentials]): Trial => ({
      name,
      contestant,
      requests: stage.requests(...credentials.map(verify)),
      expect: 'refused',
    })),
    peer(NEST, nest, 'emptyGet'),
    peer(OIDC, oidc, 'introspect'),
    peer(BETTER_AUTH, betterAuth, 'verify'),
  ];
}

/** None is given twice, but for chance. */
function wrongCredentials({ known }: FilledDatabase): Record<string, KnownToken[]> {
  const [one] = known;
  if (!one) throw new Error('there is no known token');
  const wrongSecret = ({ clientId }: KnownToken): KnownToken => ({
    clientId,
    clientSecret: newCheckedSecret(SECRET_PREFIX).reveal(),
  });
  return {
    [MALFORMED]: known.map((token) => ({ ...token, clientSecret: mistyped(token.clientSecret) })),
    [WRONG_SECRET]: known.map(() => wrongSecret(one)),
    [WRONG_SECRETS]: known.map(wrongSecret),
    [UNKNOWN]: known.map(() => wrongSecret({ ...one, clientId: newClientId() })),
  };
}

/** Fits in form, but not in its checksum. */
function mistyped(secret: string): string {
  return secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0');
}
