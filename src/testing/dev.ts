/** The command `dev`: a server in memory with a seed, whose clock and faults other programs move over HTTP. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { UsageError, type CommandOptions } from '../cli/index.js';
import { readYaml } from '../declared/index.js';
import { SeedError, checkedSeed, type Seed } from './seed.js';
import { startLatchkey, type Latchkey } from './start.js';

/** The port of the server, as without the command. */
const PORT = 3000;

/**
 * Serves on 127.0.0.1 until the process gets a signal.
 * @throws SeedError, UsageError, or Error with the reason if it cannot start
 */
export async function dev({ seed: file, port, running, json }: CommandOptions): Promise<void> {
  const seed = file === undefined ? {} : await readSeed(file);
  const latchkey = await startLatchkey({
    seed,
    clock: running ? 'running' : 'manual',
    port: portOf(port),
    settings: { DOCS: hasSwagger() ? 'on' : 'off' },
    controlRoutes: true,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void latchkey.stop().then(() => process.exit(0)));
  }
  process.stdout.write(json ? `${JSON.stringify(shown(latchkey), null, 2)}\n` : notice(latchkey));
}

/** Hosts that document nothing have no Swagger, and test without it. */
function hasSwagger(): boolean {
  try {
    createRequire(import.meta.url).resolve('@nestjs/swagger');
    return true;
  } catch {
    return false;
  }
}

async function readSeed(file: string): Promise<Seed> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new SeedError(`the seed ${file} cannot be read: ${(error as Error).message}`);
  });
  const { value, flaws } = await readYaml(text);
  const [flaw] = flaws;
  if (flaw) throw new SeedError(`the seed ${file} is neither YAML nor JSON: line ${String(flaw.line)}: ${flaw.reason}`);
  return checkedSeed(value, `the seed ${file}`);
}

function portOf(given: string | undefined): number {
  const port = given === undefined ? PORT : Number(given);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`error: --port is ${String(given)}: give a whole number from 0 to 65535`);
}

function shown({ baseUrl, clock, admin, seeded: { accounts, users, tokens } }: Latchkey): object {
  return { base_url: baseUrl, now: clock.now().toISOString(), admin, accounts, users, tokens };
}

function notice(latchkey: Latchkey): string {
  const { baseUrl, clock, admin, seeded } = latchkey;
  const rows = [
    ['address', baseUrl],
    ['clock', clock.now().toISOString()],
    ['administrator', admin.email],
    ['password', admin.password],
    ['access token', admin.token],
    ...seeded.accounts.map(({ id, name }) => ['account', `${id}  ${name}`]),
    ...seeded.users.map(({ id, email }) => ['user', `${String(id)}  ${email}`]),
    ...seeded.tokens.map(({ kind, handle, secret }) => [kind, `${handle}  ${secret}`]),
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(width)}  ${value}`);
  return `\nA server for tests, in memory. When it stops, everything is gone.\n\n${lines.join('\n')}\n${HINTS(baseUrl)}`;
}

const HINTS = (baseUrl: string): string => `
Move its clock, let requests fail, and go back to the seed:

  curl -X POST ${baseUrl}/_latchkey/clock -d '{"advance": "31d"}'
  curl -X POST ${baseUrl}/_latchkey/faults -d '{"route": "/verify", "status": 503, "times": 2}'
  curl -X POST ${baseUrl}/_latchkey/reset

`;
