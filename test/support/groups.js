/**
 * Runs several suites as one: each suite loads what it tests anew, and a suite of the HTTP ring the whole server, which
 * takes longer than many of its tests. A group is a generated file that imports suites of one folder.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Larger groups would be shared unevenly between the workers, and take no less time together. */
const SUITES_IN_A_GROUP = 60;

/** A folder with fewer suites shares its group with the next such folder. */
const SUITES_OF_A_FOLDER = 5;

/** These stay as they are: their hooks are meant for one file, or their snapshots belong to one. */
const ALONE = /^(before(All|Each)|afterAll)\(|toMatchSnapshot/m;

/** So do these: one takes as long as a group, and the entities of the other are known to all servers of its process. */
const ALONE_BY_NAME = /^test\/(gates\/authorisation-|fourth-dialect\/)/;

/**
 * Suites that a run has, and how.
 * @typedef {object} Part
 * @property {(suite: string) => boolean} isMeant - which suites
 * @property {(suite: string) => 'sqlite' | 'postgres' | undefined} [engineOf] - the only engine of a suite
 * @property {string} [mount] - a key of the runs in mounts.ts; it ends the names of the groups
 */

/**
 * Writes the groups, each time anew. Paths are relative to the project.
 * @param {string} folder - for the generated files
 * @param {readonly Part[]} parts
 * @returns {string[]} the files to run: groups, and suites that stay alone
 */
export function writeGroups(folder, parts) {
  rmSync(path.join(ROOT, folder), { recursive: true, force: true });
  mkdirSync(path.join(ROOT, folder), { recursive: true });
  const suites = [...suitesIn('test'), ...suitesIn('src')];
  return parts.flatMap((part) => writePart(folder, suites.filter(part.isMeant), part));
}

/**
 * @param {string} folder
 * @param {readonly string[]} suites
 * @param {Part} part
 */
function writePart(folder, suites, { engineOf = () => undefined, mount }) {
  const write = (name, members) => {
    const group = path.posix.join(folder, mount ? `${name}-${mount}.spec.js` : `${name}.spec.js`);
    const [ofBoth, ofOne] = divided(members, (suite) => engineOf(suite) === undefined);
    const lines = [...ofBoth, ...ofOne].map(
      (suite) => setting('TEST_ENGINE', engineOf(suite)) + imported(suite, folder),
    );
    writeFileSync(path.join(ROOT, group), setting('TEST_MOUNT', mount) + lines.join(''));
    return group;
  };
  const [alone, together] = divided(suites, staysAlone);
  return [
    ...groupsOf(together).map(([name, members]) => write(name, members)),
    // The variables need a file.
    ...alone.map((suite) => ((mount ?? engineOf(suite)) ? write(nameOf(suite), [suite]) : suite)),
  ];
}

/**
 * @template T
 * @param {readonly T[]} all
 * @param {(one: T) => boolean} isFirst
 * @returns {[T[], T[]]}
 */
function divided(all, isFirst) {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

/**
 * A line that sets a variable for what is imported after it.
 * @param {string} variable
 * @param {string | undefined} value
 */
function setting(variable, value) {
  return value === undefined ? '' : `process.env.${variable} = '${value}';\n`;
}

/** @param {string} suite */
function nameOf(suite) {
  return suite.replace('.spec.ts', '').split('/').slice(1).join('-');
}

/** @param {string} suite */
function staysAlone(suite) {
  return ALONE_BY_NAME.test(suite) || ALONE.test(readFileSync(path.join(ROOT, suite), 'utf8'));
}

/**
 * A suite that cannot be loaded is a failed test, and the others of its group are run.
 * @param {string} suite
 * @param {string} folder
 */
function imported(suite, folder) {
  const address = path.posix.relative(folder, suite).replace(/\.ts$/, '.js');
  return `try {
  await import('${address}');
} catch (error) {
  test('${suite} can be loaded', () => {
    throw error;
  });
}
`;
}

/**
 * @param {'src' | 'test'} top
 * @returns {string[]}
 */
function suitesIn(top) {
  const files = readdirSync(path.join(ROOT, top), { recursive: true }).map((name) => path.posix.join(top, name));
  return files.filter((file) => file.endsWith('.spec.ts') && !file.endsWith('.long.spec.ts')).sort();
}

/**
 * @param {readonly string[]} suites
 * @returns {[string, string[]][]} by name
 */
function groupsOf(suites) {
  const folders = byFolder(suites.filter((suite) => suite.startsWith('test/')));
  const [large, small] = divided(folders, ([, members]) => members.length >= SUITES_OF_A_FOLDER);
  const rules = suites.filter((suite) => suite.startsWith('src/'));
  return [
    ...large.flatMap(([folder, members]) => shared(folder.split('/').slice(1).join('-'), members)),
    ...shared('others', small.map(([, members]) => members).flat()),
    ...shared('src', rules),
  ];
}

/**
 * @param {readonly string[]} suites
 * @returns {[string, string[]][]}
 */
function byFolder(suites) {
  const folders = new Map();
  for (const suite of suites) {
    const folder = path.posix.dirname(suite);
    folders.set(folder, [...(folders.get(folder) ?? []), suite]);
  }
  return [...folders];
}

/**
 * Neighbours often test the same at length, so they get into different groups.
 * @param {string} name
 * @param {readonly string[]} suites
 * @returns {[string, string[]][]}
 */
function shared(name, suites) {
  const count = Math.ceil(suites.length / SUITES_IN_A_GROUP);
  return Array.from({ length: count }, (_, nth) => [
    `${name}-${String(nth + 1)}`,
    suites.filter((_, at) => at % count === nth),
  ]);
}
