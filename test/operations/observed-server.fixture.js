/** Runs the compiled server, and tells on the signal SIGUSR2 how long its event loop was held since the last time. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delays = monitorEventLoopDelay({ resolution: 5 });
delays.enable();

/** Processor time between two turns, in milliseconds: unlike time, other processes add little to it. */
let longestPiece = 0;
let before = process.cpuUsage();

function turn() {
  const { user, system } = process.cpuUsage(before);
  longestPiece = Math.max(longestPiece, (user + system) / 1000);
  before = process.cpuUsage();
  setImmediate(turn);
}
setImmediate(turn);

process.on('SIGUSR2', () => {
  process.stdout.write(`HELD ${JSON.stringify({ delayMs: delays.max / 1e6, pieceMs: longestPiece })}\n`);
  delays.reset();
  longestPiece = 0;
});

await import('../../dist/main.js');
