/** Reads the options that imports share. */
import { readFileSync } from 'node:fs';
import { CommandError, type CommandCall } from '../command-context.js';
import type { ConflictDecision } from './import-run.js';

/** The name that users of the other server are remembered under. @throws CommandError */
export function originOf({ options }: CommandCall): string {
  const name = options.server ?? '';
  if (/^[\w.:-]{1,64}$/.test(name)) return name;
  throw new CommandError('--server takes a name of 1 to 64 letters, digits, dots, colons and hyphens');
}

export function decisionOf({ options }: CommandCall): ConflictDecision {
  return (options.onConflict ?? 'fail') as ConflictDecision;
}

const MIN_KEY = 16;
const MAX_KEY = 384;

/** The key of HMACs in base64, from the file of `--key-file`; `undefined` without one. @throws CommandError */
export function hmacKeyOf({ options: { keyFile } }: CommandCall): string | undefined {
  if (keyFile === undefined) return undefined;
  const key = keyIn(keyFile);
  if (key.length >= MIN_KEY && key.length <= MAX_KEY) return key.toString('base64');
  throw new CommandError(
    `the key in ${keyFile} has ${String(key.length)} bytes: a key has ${String(MIN_KEY)} to ${String(MAX_KEY)}`,
  );
}

/** As it is, but for a line end; after `hex:` or `base64:`, what that stands for. */
function keyIn(file: string): Buffer {
  try {
    const bytes = readFileSync(file);
    const text = bytes.toString('latin1').trimEnd();
    const [, form = '', value = ''] = /^(hex|base64):(.*)$/s.exec(text) ?? [];
    if (form !== '') return Buffer.from(value, form as 'hex' | 'base64');
    return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
  } catch (error) {
    throw new CommandError(`the file ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}
