/** Times as answers show them: RFC 3339 in UTC with milliseconds (docs/contracts/latchkey.md §1.1). */

export function timeView(moment: Date): string;
export function timeView(moment: Date | null): string | null;
export function timeView(moment: Date | null): string | null {
  return moment?.toISOString() ?? null;
}
