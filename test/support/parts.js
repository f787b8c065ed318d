/** Which suites `npm test` and `npm run test:mounts` run, on which engine, and in which mount. See docs/decisions/0080. */

/** What is run once more with each engine in the other mount, without what takes long and is the same in both. */
const IN_BOTH_MOUNTS =
  /^test\/(dialects|data-plane)\/(?!.*\b(guards|instances|last-seen|login-cost|login-throttle|races|shutdown|slow|csv)\.spec)/;

/** Suites about more than queries, locks and what is kept; those of the rest of `test` are short or have no database. */
const OF_ONE_ENGINE = /^test\/(commands|data-plane|dialects|embedding|identity|operations)\//;

/** What differs by engine: lists and searches, streams, locks and waiting, backups and migrations, the look-up of tokens. */
const OF_BOTH_ENGINES =
  /\b(list|lists|filters|orders|search|pages|csv|audit|stats|bulk|subscribe|events|races|parallel|last|families|removal|cleanup|visible|isolation|seen|verify|channels|overload|waiting|transactions|backup|restore|many|migration|shutdown|slow)\b/;

/** @param {string} suite */
function isOfOneEngine(suite) {
  return OF_ONE_ENGINE.test(suite) && !OF_BOTH_ENGINES.test(suite.slice(suite.lastIndexOf('/')));
}

/**
 * Which engine such a suite has in `npm test`: by its name, so that a new suite moves no other.
 * @param {string} suite
 */
function engineOf(suite) {
  const sum = [...suite].reduce((so, character) => so + character.charCodeAt(0), 0);
  return sum % 2 === 0 ? 'sqlite' : 'postgres';
}

/** @type {Readonly<Record<string, readonly import('./groups.js').Part[]>>} */
export const PARTS = {
  default: [{ isMeant: () => true, engineOf: (suite) => (isOfOneEngine(suite) ? engineOf(suite) : undefined) }],
  mounts: [
    { isMeant: (suite) => IN_BOTH_MOUNTS.test(suite), mount: 'swapped' },
    // The engine that `npm test` left out.
    { isMeant: isOfOneEngine, engineOf: (suite) => (engineOf(suite) === 'sqlite' ? 'postgres' : 'sqlite') },
  ],
};
