/** The expiries and the overlaps that people choose from. */

export const EXPIRIES = [
  { value: '720h', text: '30 days' },
  { value: '2160h', text: '90 days' },
  { value: '8760h', text: '1 year' },
  { value: 'date', text: 'On a date' },
  { value: 'never', text: 'Never' },
] as const;

export const DEFAULT_EXPIRY = '8760h';

export const OVERLAPS = [
  { value: '0s', text: 'None' },
  { value: '1h', text: '1 hour' },
  { value: '24h', text: '1 day' },
  { value: '168h', text: '1 week' },
  { value: '720h', text: '30 days' },
  { value: 'date', text: 'Until a date' },
] as const;

export const DEFAULT_OVERLAP = '168h';

/** What the API takes for a chosen expiry. @param date - from a field for date and time, in local time */
export function expiryBody(chosen: string, date: string): { expires_at?: string | null; duration?: string } {
  if (chosen === 'never') return { expires_at: null };
  if (chosen !== 'date') return { duration: chosen };
  return { expires_at: timeOf(date) ?? '' };
}

/** RFC 3339 of what is in a field for date and time; `undefined` while it is incomplete. */
export function timeOf(date: string): string | undefined {
  const time = new Date(date);
  return date === '' || Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** For a field for date and time, in local time. */
export function fieldTime(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The time in so many days, for such a field. */
export function fieldIn(days: number): string {
  return fieldTime(new Date(Date.now() + days * 86_400_000));
}
