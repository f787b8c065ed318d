/** Reads files of rows one by one, with the line of each: JSON lines, or a JSON array. */
import { createReadStream, openSync, readSync, closeSync, readFileSync, statSync } from 'node:fs';
import { CommandError } from '../command-context.js';

/** A row of a file. */
export interface Row {
  /** Counted from 1; of an array, the number of the entry. */
  readonly line: number;
  /** The parsed row; `undefined` if it has a flaw. */
  readonly value: unknown;
  /** Why it cannot be parsed. */
  readonly flaw?: string;
  /** How many characters have been read so far. */
  readonly position: number;
}

/** A file that can be read several times. */
export interface RowFile {
  readonly name: string;
  /** What one row is called in messages. */
  readonly unit: 'line' | 'entry';
  readonly size: number;
  rows(): AsyncIterable<Row>;
}

/** Longer lines are refused before they fill the memory. */
const MAX_LINE = 16 * 1024 * 1024;

/** A JSON array has to be read as a whole. */
const MAX_ARRAY = 64 * 1024 * 1024;

/** @throws CommandError if the file cannot be read */
export function jsonFile(name: string): RowFile {
  const size = sizeOf(name);
  if (firstCharacterOf(name) !== '[') return { name, unit: 'line', size, rows: () => jsonLines(name) };
  if (size > MAX_ARRAY) {
    throw new CommandError(`${name} is a JSON array of more than 64 MiB: write one object on each line instead`);
  }
  return { name, unit: 'entry', size, rows: () => jsonArray(name, size) };
}

/** @throws CommandError */
export function sizeOf(name: string): number {
  try {
    const found = statSync(name);
    if (found.isFile()) return found.size;
    throw new CommandError(`${name} is not a file: it is read twice, so it has to be one`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw unreadable(name, error);
  }
}

/** The first character that is not white space; `''` of an empty file. */
export function firstCharacterOf(name: string): string {
  try {
    const file = openSync(name, 'r');
    try {
      const start = Buffer.alloc(4096);
      return start
        .toString('utf8', 0, readSync(file, start))
        .replace(/^\uFEFF/, '')
        .trimStart()
        .charAt(0);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unreadable(name, error);
  }
}

function unreadable(name: string, error: unknown): CommandError {
  return new CommandError(`the file ${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
}

async function* jsonLines(name: string): AsyncGenerator<Row, void> {
  for await (const { line, text, position } of linesOf(name)) {
    if (text.trim() === '') continue;
    yield { line, position, ...parsed(text) };
  }
}

function parsed(text: string): Pick<Row, 'value' | 'flaw'> {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { value: undefined, flaw: 'is not JSON' };
  }
}

interface Line {
  readonly line: number;
  readonly text: string;
  readonly position: number;
}

async function* linesOf(name: string): AsyncGenerator<Line, void> {
  let [rest, line, position] = ['', 0, 0];
  const stream = createReadStream(name, { encoding: 'utf8', highWaterMark: 256 * 1024 });
  for await (const part of stream as AsyncIterable<string>) {
    position += part.length;
    const pieces = (rest + part).split('\n');
    rest = pieces.pop() ?? '';
    if (rest.length > MAX_LINE) throw new CommandError(`${name}:${String(line + 1)}: the line is longer than 16 MiB`);
    for (const text of pieces) {
      line += 1;
      yield { line, text: line === 1 ? text.replace(/^\uFEFF/, '') : text, position };
    }
  }
  if (rest !== '') yield { line: line + 1, text: line === 0 ? rest.replace(/^\uFEFF/, '') : rest, position };
}

// oxlint-disable-next-line typescript/require-await -- an array is there as a whole; files of lines are not
async function* jsonArray(name: string, size: number): AsyncGenerator<Row, void> {
  let values: unknown;
  try {
    values = JSON.parse(readFileSync(name, 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    throw new CommandError(`${name} is not JSON`);
  }
  for (const [at, value] of (values as unknown[]).entries()) yield { line: at + 1, value, position: size };
}
