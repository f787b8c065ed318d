/** The forms under which a name is stored as taken. */
import { hash } from 'node:crypto';
import type { Label } from './label.js';
import { looksOf } from './looks.js';

/** The form of a name itself, by which it is found. */
export function nameForm(key: string): string {
  return `name:${hash('sha256', key)}`;
}

/** The form of a name itself, and one for each of its looks. */
export function formsOf({ key, read }: Label): string[] {
  return [nameForm(key), ...[...looksOf(read)].map((look) => `look:${hash('sha256', look)}`)];
}

export function isLook(form: string): boolean {
  return form.startsWith('look:');
}
