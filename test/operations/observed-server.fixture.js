/** Runs the compiled server, and tells on the signal SIGUSR2 how long its event loop was held since the last time. */
import { openSync, readSync } from 'node:fs';
import { PerformanceObserver, monitorEventLoopDelay } from 'node:perf_hooks';

const delays = monitorEventLoopDelay({ resolution: 5 });
delays.enable();

/** Pieces of work of fewer milliseconds are not kept. */
const KEPT_MS = 10;

/** Processor time between two turns in milliseconds, with the time at which it began and ended. */
let pieces = [];
const collections = [];
new PerformanceObserver((list) => {
  collections.push(...list.getEntries());
}).observe({ entryTypes: ['gc'] });

/** The longest time within one turn in which the thread could have run, but others did. */
let queuedMs = 0;

const times = schedulerClock();
let began = { ...times(), at: performance.now() };

function turn() {
  const now = { ...times(), at: performance.now() };
  queuedMs = Math.max(queuedMs, now.queued - began.queued);
  if (now.cpu - began.cpu > KEPT_MS) pieces.push({ ms: now.cpu - began.cpu, from: began.at, to: now.at });
  began = now;
  setImmediate(turn);
}
setImmediate(turn);

/**
 * Milliseconds that the thread of the event loop has run, where the system tells, and has waited for a processor. Other
 * threads and processes add little to the first.
 */
function schedulerClock() {
  if (process.platform !== 'linux') return () => ({ cpu: performance.now(), queued: 0 });
  const file = openSync(`/proc/self/task/${String(process.pid)}/schedstat`, 'r');
  const buffer = Buffer.alloc(64);
  return () => {
    const length = readSync(file, buffer, 0, 64, 0);
    const [cpu, queued] = buffer.toString('latin1', 0, length).split(' ', 2);
    return { cpu: Number(cpu) / 1e6, queued: Number(queued) / 1e6 };
  };
}

/** The longest piece, without the collection of garbage that fell into it. */
function longestPiece() {
  const worked = pieces.map(({ ms, from, to }) => {
    const inside = collections.filter(({ startTime, duration }) => startTime < to && startTime + duration > from);
    return ms - inside.reduce((sum, { duration }) => sum + duration, 0);
  });
  return Math.max(0, ...worked);
}

process.on('SIGUSR2', () => {
  // Observers are told in a later turn.
  setTimeout(() => {
    const held = { delayMs: delays.max / 1e6, pieceMs: longestPiece(), queuedMs };
    process.stdout.write(`HELD ${JSON.stringify(held)}\n`);
    delays.reset();
    pieces = [];
    queuedMs = 0;
    collections.length = 0;
  }, 20);
});

await import('../../dist/main.js');
