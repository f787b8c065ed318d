/** A strict parser for RFC 3339 dates. */

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** The date, rounded down to the millisecond; `undefined` if the text is not an RFC 3339 date. */
export function parseRfc3339(text: string): Date | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const [fraction = '', sign = '+', offsetHour = '0', offsetMinute = '0'] = match.slice(7);
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  local.setUTCHours(hour, minute, second, milliseconds);
  // An impossible day, hour or minute rolls over, so the result differs from the text.
  if (local.toISOString().slice(0, 19) !== text.slice(0, 19).toUpperCase()) return undefined;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  const moment = new Date(local.getTime() - (sign === '-' ? -offset : offset));
  return moment.getUTCFullYear() >= 0 && moment.getUTCFullYear() <= 9999 ? moment : undefined;
}
