/** Runs commands as the command line does, on the database of a test. */
import { Readable } from 'node:stream';
import { runOnDatabase } from '../../src/administration.js';
import { runProgram, withGivenSettings } from '../../src/cli/index.js';
import type { TestDatabase } from '../support/engines.js';

export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  json<T>(): T;
}

/** A command line for a database; `input` is what stands on standard input, or is typed on a terminal. */
export async function latchkey(
  database: Pick<TestDatabase, 'url'>,
  words: readonly string[],
  {
    input = '',
    env = {},
    isTTY = false,
  }: { readonly input?: string; readonly env?: Record<string, string>; readonly isTTY?: boolean } = {},
): Promise<CommandResult> {
  let [out, err] = ['', ''];
  const io = {
    stdin: Object.assign(Readable.from([input]), { isTTY }),
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const environment = { DATABASE_URL: database.url, BCRYPT_COST: '4', LOG_LEVEL: 'silent', ...env };
  const code = await runProgram(
    words,
    '1.2.3',
    (invocation) => runOnDatabase(invocation, withGivenSettings(environment, invocation.options), io),
    io,
  );
  return { code, out, err, json: <T>() => JSON.parse(out) as T };
}
