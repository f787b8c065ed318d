/**
 * What `?subscribe` streams cost: memory of idle subscribers, and the time until a change has reached all of many.
 * Needs a build, and Linux. Run it with `npx tsx bench/streams.ts`; it takes about a minute and stops by itself.
 *
 * Memory is what the operating system counts as resident, before and after. The server has answered requests by then,
 * and collects its garbage first: else the figure would depend on when it did so last. What it is without that is
 * shown as well.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const IDLE = 5000;
const WATCHING = 1000;
const CHANGES = 20;

/** What is to be reached: KiB for an idle subscriber, milliseconds at the 99th percentile. */
const MAX_KIB = 20;
const MAX_P99_MS = 250;

const CONNECTING_AT_ONCE = 100;
const REQUESTS_BEFORE = 2000;
/** Memory is looked at when the server has had this long to come to rest. */
const SETTLE_MS = 3000;
const PATIENCE_MS = 30_000;

const ROOT = path.resolve(import.meta.dirname, '..');
const TOKEN = randomBytes(32).toString('base64url');

interface Server {
  readonly child: ChildProcess;
  readonly baseUrl: string;
}

/** Starts the compiled server on an empty SQLite database. */
async function startServer(folder: string): Promise<Server> {
  const collecting = ['--expose-gc', '--import', 'data:text/javascript,process.on("SIGUSR2", () => { gc(); gc(); })'];
  const child = spawn(process.execPath, [...collecting, path.join(ROOT, 'dist/main.js')], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      BCRYPT_COST: '4',
      LOG_LEVEL: 'warn',
      PERSONAL_TOKENS_PER_USER: '0',
      DATABASE_URL: `sqlite:${path.join(folder, 'bench.sqlite')}`,
      ADMIN_TOKEN: TOKEN,
      // One user watches on all of them.
      CANVUS_STREAMS_PER_USER: '100000',
      CANVUS_STREAMS_PER_TOKEN: '100000',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const baseUrl = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.once('exit', (code) => {
      reject(new Error(`the server ended with ${String(code)} before it was ready`));
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const [, url] = /(http:\/\/[^\s/]+)\/docs\b/.exec(output) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
  return { child, baseUrl };
}

async function call<T>({ baseUrl }: Server, method: string, target: string, body?: object): Promise<T> {
  const reply = await fetch(`${baseUrl}/api/v1${target}`, {
    method,
    headers: { 'Private-Token': TOKEN },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!reply.ok) throw new Error(`${method} ${target}: ${String(reply.status)} ${await reply.text()}`);
  return (await reply.json()) as T;
}

/** A client that looks for one text at a time in what it is sent. */
class Subscriber {
  private text = '';
  private awaited: { readonly text: string; readonly found: (at: number) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.text += text;
      this.look();
    });
  }

  /** Settles when the first line is there. */
  static async open({ baseUrl }: Server, target: string): Promise<Subscriber> {
    const { hostname, port } = new URL(baseUrl);
    const socket = connect(Number(port), hostname);
    const subscriber = new Subscriber(socket);
    const begun = subscriber.sees('\n\r\n');
    socket.write(
      `GET /api/v1${target}?subscribe HTTP/1.1\r\nHost: ${hostname}\r\nPrivate-Token: ${TOKEN}\r\n` +
        'Accept: */*\r\nAccept-Encoding: gzip\r\nUser-Agent: bench\r\n\r\n',
    );
    await begun;
    return subscriber;
  }

  /** When the text was there, by `performance.now()`. What came before it is forgotten. */
  sees(text: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => {
        reject(new Error(`a subscriber waited in vain for ${JSON.stringify(text)}`));
      }, PATIENCE_MS);
      const found = (at: number): void => {
        clearTimeout(patience);
        resolve(at);
      };
      this.awaited = { text, found };
      this.look();
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private look(): void {
    if (!this.awaited) return;
    const at = this.text.indexOf(this.awaited.text);
    if (at < 0) return;
    this.text = this.text.slice(at + this.awaited.text.length);
    const { found } = this.awaited;
    this.awaited = undefined;
    found(performance.now());
  }
}

async function openAll(server: Server, targets: readonly string[]): Promise<Subscriber[]> {
  const subscribers: Subscriber[] = [];
  for (let at = 0; at < targets.length; at += CONNECTING_AT_ONCE) {
    const some = targets.slice(at, at + CONNECTING_AT_ONCE);
    subscribers.push(...(await Promise.all(some.map((target) => Subscriber.open(server, target)))));
  }
  return subscribers;
}

async function closeAll(subscribers: readonly Subscriber[]): Promise<void> {
  for (const subscriber of subscribers) subscriber.close();
  await delay(SETTLE_MS);
}

/** Resident memory of the server in KiB. */
function residentKib({ child }: Server): number {
  const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}

/** The same when it has collected its garbage. */
async function collectedKib(server: Server): Promise<number> {
  server.child.kill('SIGUSR2');
  await delay(SETTLE_MS);
  return residentKib(server);
}

interface Cost {
  readonly what: string;
  readonly before: number;
  readonly after: number;
  /** KiB for one. */
  readonly each: number;
  readonly eachUncollected: number;
}

async function idleCost(server: Server, what: string, targets: readonly string[]): Promise<Cost> {
  await delay(SETTLE_MS);
  const asItIs = residentKib(server);
  const before = await collectedKib(server);
  const subscribers = await openAll(server, targets);
  await delay(SETTLE_MS);
  const eachUncollected = (residentKib(server) - asItIs) / targets.length;
  const after = await collectedKib(server);
  await closeAll(subscribers);
  return { what, before, after, each: (after - before) / targets.length, eachUncollected };
}

/** Milliseconds from sending a change until each subscriber had its line. */
async function latencies(server: Server): Promise<number[]> {
  const subscribers = await openAll(server, new Array<string>(WATCHING).fill('/users'));
  const all: number[] = [];
  for (let change = 1; change <= CHANGES; change += 1) {
    const name = `Name number ${String(change)}.`;
    const seen = subscribers.map((subscriber) => subscriber.sees(name));
    const sentAt = performance.now();
    await call(server, 'PATCH', '/users/1000', { name });
    all.push(...(await Promise.all(seen)).map((at) => at - sentAt));
    await delay(100);
  }
  await closeAll(subscribers);
  return all.sort((a, b) => a - b);
}

async function newTokens(server: Server, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const some = Array.from({ length: Math.min(CONNECTING_AT_ONCE, count - ids.length) }, (_, at) =>
      call<{ id: string }>(server, 'POST', '/users/1000/access-tokens', { description: `token ${String(at)}` }),
    );
    ids.push(...(await Promise.all(some)).map(({ id }) => id));
  }
  return ids;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function printCost({ what, before, after, each, eachUncollected }: Cost): void {
  const [from, to] = [before, after].map((kib) => (kib / 1024).toFixed(0));
  print(
    `| ${what.padEnd(39)} | ${each.toFixed(1)} KiB each (at most ${String(MAX_KIB)}) | ` +
      `${from ?? ''} -> ${to ?? ''} MiB | uncollected ${eachUncollected.toFixed(1)} KiB each |`,
  );
}

async function measure(server: Server): Promise<boolean> {
  for (let at = 0; at < REQUESTS_BEFORE; at += 50) {
    await Promise.all(Array.from({ length: 50 }, () => call(server, 'GET', '/users')));
  }
  await closeAll(await openAll(server, new Array<string>(100).fill('/users')));
  const sameList = await idleCost(
    server,
    `${String(IDLE)} idle, all on one list`,
    new Array<string>(IDLE).fill('/users'),
  );
  printCost(sameList);
  const times = await latencies(server);
  const at = (share: number): number => times[Math.ceil(times.length * share) - 1] ?? Number.NaN;
  const p99 = at(0.99);
  const [median, high, max] = [at(0.5), p99, at(1)].map((ms) => ms.toFixed(1));
  print(
    `| ${`${String(CHANGES)} changes to ${String(WATCHING)} subscribers`.padEnd(39)} | p99 ${high ?? ''} ms (at most ${String(MAX_P99_MS)}) | ` +
      `p50 ${median ?? ''} ms | max ${max ?? ''} ms |`,
  );
  const targets = (await newTokens(server, IDLE)).map((id) => `/users/1000/access-tokens/${id}`);
  const ownObjects = await idleCost(server, `${String(IDLE)} idle, each on an object of its own`, targets);
  printCost(ownObjects);
  return sameList.each <= MAX_KIB && ownObjects.each <= MAX_KIB && p99 <= MAX_P99_MS;
}

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-bench-'));
const server = await startServer(folder);
try {
  if (!(await measure(server))) {
    print('A target was missed.');
    process.exitCode = 1;
  }
} finally {
  const exited = new Promise((resolve) => server.child.once('exit', resolve));
  server.child.kill('SIGTERM');
  await exited;
  rmSync(folder, { recursive: true, force: true });
}
