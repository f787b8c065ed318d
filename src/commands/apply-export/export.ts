/** `export`: writes what the server has in the form that `apply` takes. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { UnitOfWork } from '../../core/index.js';
import { exportState, type DeclaredState } from '../../declared/index.js';
import { CommandError, print, withServices, type CommandCall } from '../command-context.js';
import { readingOf } from './reading.js';

/** `export [FILE]` */
export async function exportDeclared(call: CommandCall): Promise<void> {
  const [file] = call.words;
  const { hashes: withHashes = false, json = false, force = false } = call.options;
  const { tokens } = await readingOf(call);
  const kinds = ['personal_token', ...Object.keys(tokens.kinds)];
  const { state, withoutHash } = await withServices(call, (services) =>
    services.get(UnitOfWork).read((manager) => exportState(manager, { kinds, withHashes })),
  );
  const isJson = file === undefined ? json : file.endsWith('.json');
  const text = isJson ? `${JSON.stringify(state, null, 2)}\n` : `${headOf(withHashes)}${stringify(state)}`;
  if (withoutHash > 0) {
    call.io.err(
      `${String(withoutHash)} tokens are without a hash: those that wait for their first use under the salt of a server or ` +
        'a key cannot be declared elsewhere\n',
    );
  }
  if (file === undefined) call.io.out(text);
  else {
    write(file, text, force);
    const counts = Object.fromEntries(Object.entries(state).map(([name, section]) => [name, section.length]));
    print(call, { file, ...counts }, `${file}: ${countsOf(state)}\n`);
  }
}

function headOf(withHashes: boolean): string {
  const what = withHashes
    ? 'With the hashes of passwords and secrets: keep it as secret as a backup.'
    : 'Without secrets.';
  return `# What a Latchkey server has, for "latchkey apply". ${what}\n`;
}

function countsOf(state: Required<DeclaredState>): string {
  return Object.entries(state)
    .map(([name, section]) => `${String(section.length)} ${name}`)
    .join(', ');
}

/** Readable by its owner only. @throws CommandError */
function write(file: string, text: string, force: boolean): void {
  try {
    const opened = openSync(file, force ? 'w' : 'wx', 0o600);
    try {
      writeFileSync(opened, text);
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (code === 'EEXIST') throw new CommandError(`${file} exists already: give --force to replace it`);
    throw new CommandError(`the file ${file} cannot be written (${code})`);
  }
}
