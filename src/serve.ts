/** The standalone process: starts the server, prints its address, and stops it gracefully on a signal. */
import { firstStartNotice } from './cli/index.js';
import type { Config } from './config/index.js';
import { firstAccess } from './first-access.js';
import { reasonOf } from './persistence/index.js';
import { bootstrapOptions, createServer, type Server } from './server.js';

/** Hard limit: exit this long after a signal even if something hangs. */
const FORCED_EXIT_MS = 9000;

/**
 * Serves until the process gets a signal.
 * @throws Error with the reason if the server cannot start
 */
export async function serve(config: Config): Promise<void> {
  try {
    const server = await createServer(config);
    stopOnSignals(server);
    process.stdout.write(await started(server, config));
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  }
}

/** Starts listening. @returns what to tell the operator */
async function started(server: Server, config: Config): Promise<string> {
  const firstStart = await server.start();
  const baseUrl = await reachableUrl(server, config);
  if (!firstStart) return `Latchkey is ready: ${baseUrl} (documentation: ${baseUrl}/docs)\n`;
  const access = firstAccess(firstStart, bootstrapOptions(config));
  return firstStartNotice(access, server.firstCalls(access, baseUrl), baseUrl);
}

/** The address at which the server can be reached from this machine. */
async function reachableUrl({ app }: Server, { server }: Config): Promise<string> {
  const { port } = new URL(await app.getUrl());
  const everywhere = server.host === '0.0.0.0' || server.host === '::';
  const host = everywhere ? 'localhost' : server.host.includes(':') ? `[${server.host}]` : server.host;
  return `http://${host}:${port === '' ? '80' : port}`;
}

function stopOnSignals(server: Server): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), FORCED_EXIT_MS).unref();
    server.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
