/** Signals to a program and to everything that it has started. */
import { execFileSync } from 'node:child_process';

/** Sends a signal to a process and its descendants, as far as they still run. */
export function signalTree(root: number, signal: NodeJS.Signals): void {
  for (const pid of treeOf(root)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function treeOf(root: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const tree = [root];
  for (const parent of tree) tree.push(...rows.flatMap(([pid = 0, ppid]) => (ppid === parent ? [pid] : [])));
  return tree;
}
