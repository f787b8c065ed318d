/** Reads CSV files row by row: the first line names the columns. */
import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { CommandError } from '../command-context.js';
import { firstCharacterOf, jsonFile, sizeOf, type Row, type RowFile } from './rows.js';

/** A longer row is refused before it fills the memory. */
const MAX_ROW = 1024 * 1024;

interface Parsed {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number; readonly bytes: number; readonly error?: CsvError };
}

/** A file of JSON if it begins like one, otherwise of CSV. @throws CommandError if it cannot be read */
export function rowFile(name: string): RowFile {
  const isJson = /^[[{]?$/.test(firstCharacterOf(name));
  return isJson ? jsonFile(name) : { name, unit: 'line', size: sizeOf(name), rows: () => csvRows(name) };
}

async function* csvRows(name: string): AsyncGenerator<Row, void> {
  const parser = createReadStream(name).pipe(
    parse({
      bom: true,
      columns: true,
      info: true,
      max_record_size: MAX_ROW,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }),
  );
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      const flaw = info.error && 'has another number of fields than the first line';
      // An empty cell says nothing.
      const value = Object.fromEntries(Object.entries(record).filter(([, cell]) => cell !== ''));
      yield { line: info.lines, position: info.bytes, value, ...(flaw !== undefined && { flaw }) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new CommandError(`${name} is not CSV: ${error.message}`);
  }
}
