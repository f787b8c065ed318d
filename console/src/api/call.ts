/** A call of the API as a value, so that what is sent and what is shown as a command are the same. */
import { API_URL } from './place.ts';

export type QueryValue = string | number | boolean | readonly string[] | undefined;

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the prefix of the API, with a leading slash; its parts are encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** The name of the file that a command writes, where the answer is one. */
  readonly file?: string;
}

/** A path of parts, each encoded. */
export function pathOf(...parts: readonly string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('');
}

/** The whole address of a call. */
export function addressOf({ path, query = {} }: Call): string {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    for (const each of typeof value === 'object' ? value : [value]) words.append(name, String(each));
  }
  const text = words.toString();
  return `${API_URL}${path}${text === '' ? '' : `?${text}`}`;
}

/** What a secret is replaced by in a command. */
const PLACEHOLDER = '…';
const SECRET_NAMES = 'password';

/** The same call for a shell. The caller's token is a variable, and passwords are left out. */
export function commandOf(call: Call): string {
  const method = call.method === 'GET' ? '' : `-X ${call.method} `;
  const words = [`curl ${method}${quoted(addressOf(call))}`, '-H "Authorization: Bearer $LATCHKEY_TOKEN"'];
  if (call.body) {
    words.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(withoutSecrets(call.body)))}`);
  }
  if (call.file !== undefined) words.push(`-o ${quoted(call.file)}`);
  return words.join(' \\\n  ');
}

function withoutSecrets(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shown = Object.entries(body).filter(([, value]) => value !== undefined);
  return Object.fromEntries(shown.map(([name, value]) => [name, name.includes(SECRET_NAMES) ? PLACEHOLDER : value]));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
