/** Formats times for the API: RFC 3339 in UTC (docs/contracts/cloudflare.md §2.1). */

/** `2025-09-25T22:26:26Z`, without milliseconds. */
export function toSeconds(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}

/** The same with milliseconds unless they are zero, for times chosen by clients. */
export function toMoment(moment: Date): string {
  return moment.getUTCMilliseconds() === 0 ? toSeconds(moment) : moment.toISOString();
}
