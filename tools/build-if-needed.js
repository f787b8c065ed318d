/** Builds the server or the console when what is in `dist/` is missing or older than its sources; does nothing otherwise. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

const modified = (file) => statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;

const below = (folder, isSource = () => true) =>
  readdirSync(path.join(root, folder), { recursive: true })
    .filter(isSource)
    .map((name) => path.join(folder, name));

const newest = (files) => Math.max(...files.map(modified));

const server = ['package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'].concat(
  below('src', (name) => name.endsWith('.ts')),
);
const pages = ['package.json', 'vite.config.ts', 'index.html'].map((name) => path.join('console', name));

// An incremental build leaves unchanged outputs alone, but always renews its own record.
const isServerOld = modified('dist/main.js') === 0 || modified('dist/.tsbuildinfo') < newest(server);
const arePagesOld =
  modified('dist/console/app/index.html') < newest([...pages, ...below('console/src'), ...below('console/public')]);

const run = (script) => {
  const { status } = spawnSync('npm', ['run', '--silent', script], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

if (isServerOld) {
  process.stdout.write('Compiling, which takes about 20 seconds (only when a source file has changed) ...\n');
  run('build');
} else if (arePagesOld) {
  process.stdout.write('Building the console (only when it has changed) ...\n');
  run('build:console');
}
