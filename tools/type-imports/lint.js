/**
 * Lints that what is used as a type is imported as a type, in files without decorators. What a decorated class names in
 * its constructor is needed at run time, which oxlint cannot tell (oxc-project/oxc#13609).
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const FOLDERS = ['bench', 'console', 'examples', 'src', 'test', 'tools'];
const DECORATOR = /^\s*@\w/m;

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name)),
).filter((file) => !file.includes('node_modules') && !DECORATOR.test(readFileSync(file, 'utf8')));

const config = path.join(import.meta.dirname, 'oxlintrc.json');
const { status, error } = spawnSync(
  path.join('node_modules', '.bin', 'oxlint'),
  ['--config', config, '--disable-nested-config', ...files],
  { stdio: 'inherit' },
);
if (error) throw error;
process.exitCode = status ?? 1;
