/** Prints lists of any length: as aligned columns, or as a JSON array. */
import type { CommandCall } from './command-context.js';

/** A row by the names of its columns, which are also the members in JSON. */
export type PrintedRow = Readonly<Record<string, unknown>>;

/**
 * Prints rows as they arrive.
 * @param columns - those to show as text; JSON has all
 * @param empty - the text for no rows
 */
export async function printRows(
  { io, options }: Pick<CommandCall, 'io' | 'options'>,
  batches: AsyncIterable<readonly PrintedRow[]>,
  columns: readonly string[],
  empty: string,
): Promise<void> {
  const print = options.json ? new JsonRows(io.out) : new TextRows(io.out, columns, empty);
  for await (const rows of batches) print.rows(rows);
  print.end();
}

class JsonRows {
  private begun = false;

  constructor(private readonly out: (text: string) => void) {}

  rows(rows: readonly PrintedRow[]): void {
    for (const row of rows) {
      this.out(`${this.begun ? ',' : '['}\n  ${JSON.stringify(row)}`);
      this.begun = true;
    }
  }

  end(): void {
    this.out(this.begun ? '\n]\n' : '[]\n');
  }
}

class TextRows {
  /** Those of the first rows; a longer value moves the rest of its line. */
  private widths: readonly number[] | undefined;

  constructor(
    private readonly out: (text: string) => void,
    private readonly columns: readonly string[],
    private readonly empty: string,
  ) {}

  rows(rows: readonly PrintedRow[]): void {
    const lines = rows.map((row) => this.columns.map((name) => shown(row[name])));
    if (!this.widths) {
      const names = this.columns.map((name) => name.replaceAll('_', ' ').toUpperCase());
      lines.unshift(names);
      this.widths = names.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0)));
    }
    const { widths } = this;
    for (const cells of lines) {
      this.out(
        `${cells
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
      );
    }
  }

  end(): void {
    if (!this.widths) this.out(`${this.empty}\n`);
  }
}

/** Users choose some of the texts: nothing in them may control a terminal. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (value instanceof Date) return value.toISOString();
  return (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    '\u{FFFD}',
  );
}
