/** The standalone process: start, tell the person, stop in good order. */
import { ConfigError, loadConfig, type Config } from './config/index.js';
import { firstStartNotice } from './operations/index.js';
import { createServer, firstStartWishes, type Server } from './server.js';

/** Requests under way get this long after a signal; then their connections are cut. */
const GRACE_MS = 8000;

async function main(): Promise<void> {
  // What is written here is for the server's own user alone.
  process.umask(0o077);
  const config = loadConfig(process.env);
  const server = await createServer(config);
  stopOnSignals(server);
  await server.app.listen(config.server.port, config.server.host);
  const baseUrl = await reachableUrl(server, config);
  if (server.firstStart) {
    process.stdout.write(firstStartNotice(server.firstStart, firstStartWishes(config), baseUrl));
  } else {
    process.stdout.write(`Latchkey is ready: ${baseUrl} (documentation: ${baseUrl}/docs)\n`);
  }
}

/** The address to type on this machine. */
async function reachableUrl({ app }: Server, { server }: Config): Promise<string> {
  const { port } = new URL(await app.getUrl());
  const everywhere = server.host === '0.0.0.0' || server.host === '::';
  const host = everywhere ? 'localhost' : server.host.includes(':') ? `[${server.host}]` : server.host;
  return `http://${host}:${port === '' ? '80' : port}`;
}

function stopOnSignals({ app }: Server): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      app.getHttpServer().closeAllConnections();
    }, GRACE_MS).unref();
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  const message = error instanceof ConfigError ? error.message : `Latchkey cannot start: ${reasonOf(error)}`;
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
});

/** A failed connection to several addresses of one host has its reasons inside. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
