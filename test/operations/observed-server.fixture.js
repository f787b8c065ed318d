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

const cpuMs = cpuClock();
let began = { cpu: cpuMs(), at: performance.now() };

function turn() {
  const now = { cpu: cpuMs(), at: performance.now() };
  if (now.cpu - began.cpu > KEPT_MS) pieces.push({ ms: now.cpu - began.cpu, from: began.at, to: now.at });
  began = now;
  setImmediate(turn);
}
setImmediate(turn);

/** Of the thread that runs the event loop, where the system tells: other threads and processes add little to it. */
function cpuClock() {
  if (process.platform !== 'linux') return () => performance.now();
  const file = openSync(`/proc/self/task/${String(process.pid)}/schedstat`, 'r');
  const buffer = Buffer.alloc(64);
  return () => {
    const length = readSync(file, buffer, 0, 64, 0);
    return Number(buffer.toString('latin1', 0, length).split(' ', 1)[0]) / 1e6;
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
    const held = { delayMs: delays.max / 1e6, pieceMs: longestPiece() };
    process.stdout.write(`HELD ${JSON.stringify(held)}\n`);
    delays.reset();
    pieces = [];
    collections.length = 0;
  }, 20);
});

await import('../../dist/main.js');
