/** Reads a new password: from a terminal without echo, from a file, from standard input, or makes one. Never from arguments. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Secret } from '../core/index.js';
import { CommandError, type CommandCall, type CommandIo } from './command-context.js';

/** A password, and whether it was made here and has to be shown. */
export interface NewPassword {
  readonly password: Secret;
  readonly isMade: boolean;
}

/** @throws CommandError */
export async function readNewPassword({ io, options }: Pick<CommandCall, 'io' | 'options'>): Promise<NewPassword> {
  const { passwordFile, generate } = options;
  if (passwordFile !== undefined && generate) throw new CommandError('give --password-file or --generate, not both');
  if (generate) return made();
  if (passwordFile !== undefined) {
    const text = passwordFile === '-' ? await everythingOf(io) : textOf(passwordFile);
    if (text === '') throw new CommandError('the password is empty: give a longer one, or --generate');
    return { password: new Secret(text), isMade: false };
  }
  const text = io.stdin.isTTY ? await asked(io) : await everythingOf(io);
  return text === '' ? made() : { password: new Secret(text), isMade: false };
}

function made(): NewPassword {
  return { password: new Secret(randomBytes(18).toString('base64url')), isMade: true };
}

function textOf(file: string): string {
  try {
    return withoutLineEnd(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandError(`the file ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

async function everythingOf({ stdin }: CommandIo): Promise<string> {
  let text = '';
  stdin.setEncoding('utf8');
  for await (const part of stdin) text += String(part);
  return withoutLineEnd(text);
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/** Asks twice, without echo. */
async function asked({ stdin, err }: CommandIo): Promise<string> {
  const silent = new Writable({
    write: (_part, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  lines.once('SIGINT', () => {
    lines.close();
  });
  // One interface for both questions: what is pasted into the first may hold both answers.
  const answers = lines[Symbol.asyncIterator]();
  const answerTo = async (question: string): Promise<string> => {
    err(question);
    const answer = await answers.next();
    err('\n');
    if (answer.done) throw new CommandError('no password was given: nothing was changed');
    return answer.value;
  };
  try {
    const first = await answerTo('New password (empty to have one made): ');
    if (first !== '' && (await answerTo('The same again: ')) !== first) {
      throw new CommandError('the two passwords differ: nothing was changed; try again');
    }
    return first;
  } finally {
    lines.close();
  }
}
