/** Renders lists of any length as CSV (RFC 4180), for spreadsheets. */
import { stringify, type Options } from 'csv-stringify/sync';

/** The headers of a download. @param file - its name, in ASCII without quotes */
export function csvHeaders(file: string): Readonly<Record<'Content-Type' | 'Content-Disposition', string>> {
  return { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': `attachment; filename="${file}"` };
}

/** Yields the header row with the first batch, then the other batches. @param columns - in their order */
export async function* csvText<T, C extends string>(
  columns: readonly C[],
  batches: AsyncGenerator<readonly T[]>,
  view: (item: T) => Readonly<Record<C, unknown>>,
): AsyncGenerator<string, void> {
  const form: Options = {
    columns: [...columns],
    record_delimiter: 'windows',
    // A name may begin like a formula. The apostrophe makes spreadsheets show it as text.
    escape_formulas: true,
  };
  let header = true;
  for await (const batch of batches) {
    yield stringify(batch.map(view), { ...form, header });
    header = false;
  }
  if (header) yield stringify([], { ...form, header });
}
