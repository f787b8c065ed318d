/**
 * Runs several suites as one: each suite of the HTTP ring loads the server, which takes longer than many of its tests.
 * A group is a generated file that imports suites of one folder.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Larger groups would be shared unevenly between the workers. */
const SUITES_IN_A_GROUP = 6;

/** These stay as they are: their hooks are meant for one file, or their snapshots belong to one. */
const ALONE = /^(before|after)(All|Each)\(|toMatchSnapshot/m;

/**
 * Writes the groups, each time anew. Paths are relative to the project.
 * @param {string} folder - for the generated files
 * @param {(suite: string) => boolean} isMeant - which suites are run
 * @returns {string[]} the files to run: groups, and suites that stay alone
 */
export function writeGroups(folder, isMeant) {
  rmSync(path.join(ROOT, folder), { recursive: true, force: true });
  mkdirSync(path.join(ROOT, folder), { recursive: true });
  const suites = suitesOfHttpRing().filter(isMeant);
  const alone = suites.filter((suite) => ALONE.test(readFileSync(path.join(ROOT, suite), 'utf8')));
  const groups = groupsOf(suites.filter((suite) => !alone.includes(suite))).map(([name, members]) => {
    const group = path.posix.join(folder, `${name}.spec.js`);
    const lines = members.map((suite) => `import '${path.posix.relative(folder, suite).replace(/\.ts$/, '.js')}';\n`);
    writeFileSync(path.join(ROOT, group), lines.join(''));
    return group;
  });
  return [...groups, ...alone];
}

/** @returns {string[]} */
function suitesOfHttpRing() {
  const files = readdirSync(path.join(ROOT, 'test'), { recursive: true }).map((name) => path.posix.join('test', name));
  return files.filter((file) => file.endsWith('.spec.ts') && !file.endsWith('.long.spec.ts')).sort();
}

/**
 * @param {readonly string[]} suites
 * @returns {[string, string[]][]} by name
 */
function groupsOf(suites) {
  const groups = new Map();
  const counts = new Map();
  for (const suite of suites) {
    const folder = path.dirname(suite).split(path.sep).slice(1).join('-');
    const count = counts.get(folder) ?? 0;
    counts.set(folder, count + 1);
    const name = `${folder}-${String(Math.floor(count / SUITES_IN_A_GROUP) + 1)}`;
    groups.set(name, [...(groups.get(name) ?? []), suite]);
  }
  return [...groups];
}
