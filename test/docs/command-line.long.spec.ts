/** Every command of docs/command-line.md, run in the order of the page, next to a server on each engine. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { closeLater } from '../support/closing.js';
import { createDatabase, onBothEngines } from '../support/engines.js';
import { startProcess } from '../support/process.js';
import { Program } from '../support/program.js';
import { COMMAND_LINE_PAGE, ROOT, blocks, commands } from './pages.js';

/** Files of other servers. */
const IMPORTED = {
  'listing.jsonl': '{"id":1044,"email":"carol@example.com","name":"Carol"}\n',
  'users.csv': 'email,name\nbob@example.com,Bob\n',
  'tokens.csv': `kind,algorithm,hash,user\npersonal_token,hmac-sha256,${'0'.repeat(64)},admin@example.com\n`,
  'hmac.key': 'a key of twenty bytes',
};

/** What docs/declaring.md declares. */
const DECLARED = { 'state.yaml': blocks('docs/declaring.md', 'yaml').join('') };

/** A folder with a program `latchkey`, and with the files that the page names. */
function workingFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-page-'));
  closeLater(() => {
    rmSync(folder, { recursive: true });
    return Promise.resolve();
  });
  const program = path.join(folder, 'latchkey');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${path.join(ROOT, 'dist/main.js')}' "$@"\n`);
  chmodSync(program, 0o755);
  writeFileSync(path.join(folder, 'password.txt'), 'the password of a file\n');
  for (const [name, text] of Object.entries({ ...IMPORTED, ...DECLARED })) writeFileSync(path.join(folder, name), text);
  return folder;
}

/** PostgreSQL has its own tools for copies. */
const SQLITE_ONLY = /^latchkey (backup|check|restore) backup[.]sqlite\b/;

/** Commands that need no server, or none that runs. */
const WITHOUT_SERVER = /^latchkey (migrate down|restore)\b/;

onBothEngines('the commands of the page', (engine) => {
  it('all do what they say', async () => {
    const database = await createDatabase(engine);
    const folder = workingFolder();
    const settings = { DATABASE_URL: database.url, BCRYPT_COST: '4', ADMIN_TOKEN: '' };
    let server: Awaited<ReturnType<typeof startProcess>> | undefined = await startProcess(settings);
    const run = async (line: string): Promise<string> => {
      // A database of its own, since the page names a file.
      const env = { ...settings, PATH: `${folder}:${process.env.PATH ?? ''}` };
      const program = new Program('bash', { args: ['-uc', `${idsFor(line)}${line}`], cwd: folder, env });
      const { code } = await program.exited;
      expect({ line, code, errors: program.stderr }).toEqual({ line, code: 0, errors: '' });
      return program.stdout;
    };
    for (const line of commands(COMMAND_LINE_PAGE)) {
      if (line.startsWith('latchkey start') || (engine === 'postgres' && SQLITE_ONLY.test(line))) continue;
      if (WITHOUT_SERVER.test(line)) {
        await server?.stop();
        server = undefined;
      }
      await run(line);
    }
  }, 180_000);
});

/** Ids of tokens for the commands that need them. */
function idsFor(line: string): string {
  const made = `"$(latchkey admin create-token admin@example.com --json | sed -n 's/^  "id": "\\(.*\\)",$/\\1/p')"`;
  return line.includes('$ID') ? `ID=${made}; ANOTHER_ID=${made}; ` : '';
}
