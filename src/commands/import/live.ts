/** Writes the listing of a running server to a file, and goes on where an earlier run was interrupted. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { InvalidRow, Secret } from '../../core/index.js';
import type { DialectImports } from '../../identity/index.js';
import { CommandError, type CommandCall } from '../command-context.js';
import { Progress } from './progress.js';
import { sizeOf } from './rows.js';

/** The variable with the token, if it is in no file. */
const TOKEN = 'IMPORT_TOKEN';

/**
 * Fetches the listing into `<file>.partial`, which becomes the file when it is complete.
 * @throws CommandError
 */
export async function fetchListing(
  call: CommandCall,
  read: NonNullable<DialectImports['live']>,
  file: string,
): Promise<void> {
  const base = addressOf(call.options.from ?? '');
  const token = await tokenOf(call);
  const partial = `${file}.partial`;
  const { after, bytes } = existsSync(partial) ? keptIn(partial) : { after: -1, bytes: 0 };
  if (bytes > 0) call.io.err(`going on after user ${String(after)}, from ${partial}\n`);
  const output = openSync(partial, 'a', 0o600);
  const progress = new Progress(call.io, `reading ${base.host}`, 0);
  let rows = 0;
  try {
    for await (const row of read(base, token, after)) {
      writeSync(output, `${JSON.stringify(row)}\n`);
      rows += 1;
      progress.show(0, rows);
    }
    fsyncSync(output);
  } catch (error) {
    if (!(error instanceof InvalidRow)) throw error;
    throw new CommandError(
      `${error.message}; what was read is kept in ${partial}, and the next run goes on from there`,
    );
  } finally {
    closeSync(output);
    progress.end();
  }
  renameSync(partial, file);
}

/** A user with their tokens takes less; more is not read of what an interrupted run has left. */
const LAST_LINE_MAX = 16 * 1024 * 1024;

/** What an interrupted run has left: lines that are whole. */
function keptIn(partial: string): { readonly after: number; readonly bytes: number } {
  const size = sizeOf(partial);
  const end = Buffer.alloc(Math.min(size, 2 * LAST_LINE_MAX));
  const file = openSync(partial, 'r+');
  try {
    readSync(file, end, 0, end.length, size - end.length);
    const whole = end.lastIndexOf(0x0a) + 1;
    const bytes = whole === 0 ? 0 : size - end.length + whole;
    ftruncateSync(file, bytes);
    const last = end.toString('utf8', end.lastIndexOf(0x0a, whole - 2) + 1, whole).trim();
    return { after: last === '' ? -1 : (JSON.parse(last) as { id: number }).id, bytes };
  } finally {
    closeSync(file);
  }
}

/** @throws CommandError */
function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = url !== undefined && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLocal))) {
    throw new CommandError('--from takes the address of the other server, with https://');
  }
  if (url.username !== '' || url.password !== '') throw new CommandError('--from takes no user name and password');
  return url;
}

/** From a file, standard input or the environment: never from arguments, which others can read. @throws CommandError */
async function tokenOf({ options, env, io }: CommandCall): Promise<Secret> {
  const { tokenFile } = options;
  const text = tokenFile === '-' ? await everythingOf(io.stdin) : tokenFile ? textOf(tokenFile) : (env[TOKEN] ?? '');
  const token = text.trim();
  if (/^[\w-]{20,200}$/.test(token)) return new Secret(token);
  throw new CommandError(
    `${token === '' ? 'a token is missing' : 'that is no token'}: give the access token of an administrator of the ` +
      `other server by --token-file, - for standard input, or the variable ${TOKEN}`,
  );
}

async function everythingOf(stdin: CommandCall['io']['stdin']): Promise<string> {
  let text = '';
  for await (const part of stdin) text += String(part);
  return text;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`the file ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}
