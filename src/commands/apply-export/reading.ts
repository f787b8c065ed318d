/** Reads what the commands that declare work with: the file, and what the dialects say of tokens and applications. */
import { readFileSync } from 'node:fs';
import { declarationReading, type DeclarationReading } from '../../declared/index.js';
import { hmacKeyOf } from '../import/choices.js';
import { sizeOf } from '../import/rows.js';
import { CommandError, type CommandCall } from '../command-context.js';

/** What the dialects say of tokens and applications. */
export async function readingOf(call: CommandCall): Promise<DeclarationReading> {
  return declarationReading((await call.imports()).values(), hmacKeyOf(call));
}

/** The whole file is in memory while it is applied. */
const MAX_SIZE = 16 * 1024 * 1024;

/** @param name - `-` for standard input. @throws CommandError */
export async function textOf({ io: { stdin } }: CommandCall, name: string): Promise<string> {
  if (name !== '-') {
    if (sizeOf(name) > MAX_SIZE) throw tooLarge(name);
    return readFileSync(name, 'utf8');
  }
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stdin as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.from(part as string);
    size += bytes.length;
    if (size > MAX_SIZE) throw tooLarge('standard input');
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}

function tooLarge(name: string): CommandError {
  return new CommandError(
    `${name} is larger than 16 MiB: declare less, and bring many users and tokens by latchkey import`,
  );
}
