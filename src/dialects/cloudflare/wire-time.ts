/** Moments on the wire: RFC 3339 in UTC (contract §2.1). */

/** `2025-09-25T22:26:26Z`; the milliseconds are cut off. */
export function toSeconds(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}

/** The same, with the milliseconds where there are any: for moments that a client has chosen. */
export function toMoment(moment: Date): string {
  return moment.getUTCMilliseconds() === 0 ? toSeconds(moment) : moment.toISOString();
}
