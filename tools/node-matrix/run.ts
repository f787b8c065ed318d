/**
 * Starts the built server on each supported line of Node, and uses it. Needs a build. The versions come from npm; the
 * native SQLite driver is compiled for each of them, and kept. Other versions can be named on the command line.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildDriver, installNode } from './node-binary.js';
import { layOutServer } from './server-folder.js';
import { smokeTest } from './smoke.js';
import { VERSIONS } from './versions.js';

async function tryVersion(version: string): Promise<boolean> {
  const start = performance.now();
  const folder = mkdtempSync(path.join(tmpdir(), `latchkey-node-${version}-`));
  try {
    const node = await installNode(version);
    await layOutServer(folder);
    await buildDriver(node, folder);
    await smokeTest(node.program, folder);
    const seconds = Math.round((performance.now() - start) / 1000);
    process.stdout.write(`Node ${version}: starts, issues, verifies and stops (${String(seconds)} s)\n`);
    return true;
  } catch (error) {
    process.stderr.write(`Node ${version}: ${error instanceof Error ? describe(error) : String(error)}\n`);
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? `\n${error.cause.message}` : '';
  return `${error.message}${cause}`;
}

const named = process.argv.slice(2);
// Compiling is most of it, and uses one processor for each version.
const passed = await Promise.all((named.length > 0 ? named : VERSIONS).map(tryVersion));
if (!passed.every(Boolean)) process.exitCode = 1;
