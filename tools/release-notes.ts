/**
 * Prints the notes of a release: the section of the changelog about a version, by default the one in `package.json`. Fails
 * if there is none, and with it `npm publish`.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PRODUCT_VERSION } from '../src/version.js';

const CHANGELOG = path.resolve(import.meta.dirname, '../CHANGELOG.md');

/** The text under a version's heading, `## [1.2.3] - 2027-01-31`. @throws Error if there is no such heading or text */
export function releaseNotes(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`[${version}]`));
  if (section === undefined) {
    throw new Error(`CHANGELOG.md has no section [${version}]: move what is under [Unreleased] to it`);
  }
  const [heading = '', ...lines] = section.split('\n');
  if (version !== 'Unreleased' && !/^\[[^\]]+\] - \d{4}-\d\d-\d\d$/.test(heading)) {
    throw new Error(`CHANGELOG.md: "## ${heading}" needs a date, as in "## [${version}] - 2027-01-31"`);
  }
  const text = lines.join('\n').trim();
  if (text === '') throw new Error(`CHANGELOG.md: the section [${version}] is empty`);
  return text;
}

if (process.argv[1] === import.meta.filename) {
  try {
    process.stdout.write(`${releaseNotes(readFileSync(CHANGELOG, 'utf8'), process.argv[2] ?? PRODUCT_VERSION)}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
