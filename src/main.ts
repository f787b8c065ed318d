#!/usr/bin/env node
/** The standalone process: starts the server, prints its address, and stops it gracefully on a signal. */
import { ConfigError, loadConfig, settingsTables, type Config } from './config/index.js';
import { UsageError, commandLineOutput, firstStartNotice } from './operations/index.js';
import { reasonOf } from './persistence/index.js';
import { firstAccess } from './first-access.js';
import { createServer, bootstrapOptions, type Server } from './server.js';
import { PRODUCT_VERSION } from './version.js';

/** Hard limit: exit this long after a signal even if something hangs. */
const FORCED_EXIT_MS = 9000;

async function main(): Promise<void> {
  const answer = commandLineOutput(process.argv.slice(2), PRODUCT_VERSION, settingsTables());
  if (answer !== undefined) {
    process.stdout.write(answer);
    return;
  }
  // Files created by the server are readable by its own user only.
  process.umask(0o077);
  const config = loadConfig(process.env);
  const server = await createServer(config);
  stopOnSignals(server);
  const firstStart = await server.start();
  const baseUrl = await reachableUrl(server, config);
  if (firstStart) {
    const access = firstAccess(firstStart, bootstrapOptions(config));
    process.stdout.write(firstStartNotice(access, server.firstCalls(access, baseUrl), baseUrl));
  } else {
    process.stdout.write(`Latchkey is ready: ${baseUrl} (documentation: ${baseUrl}/docs)\n`);
  }
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

main().catch((error: unknown) => {
  const isClear = error instanceof ConfigError || error instanceof UsageError;
  const message = isClear ? error.message : `Latchkey cannot start: ${reasonOf(error)}`;
  process.stderr.write(`${message}\n`);
  process.exit(1);
});
