/** Compiles when `dist/` is missing or older than a source file; does nothing otherwise. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

const modified = (file) => statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;

const sources = readdirSync(path.join(root, 'src'), { recursive: true })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => path.join('src', name));
const newest = Math.max(
  ...['package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', ...sources].map(modified),
);

// An incremental build leaves unchanged outputs alone, but always renews its own record.
if (modified('dist/main.js') === 0 || modified('dist/.tsbuildinfo') < newest) {
  process.stdout.write('Compiling, which takes about 20 seconds (only when a source file has changed) ...\n');
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  process.exit(status ?? 1);
}
