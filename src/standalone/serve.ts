/** The standalone process: starts the server, prints its address, and stops it gracefully on a signal. */
import { writeSync } from 'node:fs';
import { createServer as createNetServer } from 'node:net';
import { Logger } from '@nestjs/common';
import { AssertionIssuer } from '../assertions/index.js';
import { firstCredentialsNotice, firstFileNotice, firstStartNotice } from '../cli/index.js';
import type { Config } from '../config/index.js';
import { firstAccess } from './first-access.js';
import { CredentialsFile } from './first-credentials.js';
import { FrontServer } from './front-server.js';
import type { DeliverCredentials } from '../identity/index.js';
import { reasonOf } from '../persistence/index.js';
import { StartError, bootstrapOptions, createServerBehind, type Server } from './server.js';
import { listening } from './start-errors.js';

/** Hard limit: exit this long after a signal, and after the drain phase, even if something hangs. */
const FORCED_EXIT_MS = 8800;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

const STANDARD_OUTPUT = 1;

const logger = new Logger('Server');

/**
 * Serves until the process gets a signal.
 * @throws Error with the reason if the server cannot start
 */
export async function serve(config: Config): Promise<void> {
  const served = endStartOnSignals();
  try {
    const front = await listeningFront(config);
    const server = await createServerBehind(front, config).catch((error: unknown) => {
      front.close();
      throw error;
    });
    stopOnSignals(server, config.server.shutdownDelaySeconds);
    served();
    const baseUrl = baseUrlOf(front, config);
    server.app.get(AssertionIssuer).servedAt(baseUrl);
    print(await started(server, config, baseUrl));
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  }
}

/** Takes the ports first: nothing is opened, created or said to be started on a port that another program has. */
async function listeningFront({ server, dataPlane }: Config): Promise<FrontServer> {
  const front = FrontServer.of(server);
  const { port, host = server.host } = dataPlane;
  if (port !== undefined && port !== 0) {
    await listening({ prefix: 'VERIFY_', host, port }, () => isFree(host, port));
  }
  await front.listen({ prefix: '', host: server.host, port: server.port });
  return front;
}

/** Rejects with Node's reason if it is not. */
function isFree(host: string, port: number): Promise<void> {
  const probe = createNetServer();
  return new Promise((resolve, reject) => {
    probe.once('error', reject).listen(port, host, () =>
      probe.close(() => {
        resolve();
      }),
    );
  });
}

/** Starts the server. @returns what to tell the operator */
async function started(server: Server, config: Config, baseUrl: string): Promise<string> {
  const options = bootstrapOptions(config);
  const { credentialsFile } = config.firstStart;
  const file = credentialsFile === undefined ? undefined : new CredentialsFile(credentialsFile);
  const deliver: DeliverCredentials = (result) => {
    const access = firstAccess(result, options);
    if (file) return file.write(access);
    printCredentials(firstCredentialsNotice(access, server.database));
    return () => undefined;
  };
  const result = await server.start(deliver);
  const pages = { docs: config.server.docs !== 'off', console: config.server.console === 'on' };
  const look = pages.console ? `console: ${baseUrl}/console/, ` : '';
  const docs = pages.docs ? `documentation: ${baseUrl}/docs, ` : '';
  if (!result) return `Latchkey is ready: ${baseUrl} (${look}${docs}database: ${server.database})\n`;
  const access = firstAccess(result, options);
  if (!file) return firstStartNotice(access, server.firstCalls(access, baseUrl), baseUrl, pages);
  return firstFileNotice(access, server.database, file.path) + firstStartNotice(access, [], baseUrl, pages);
}

/** The address at which the server can be reached from this machine. */
function baseUrlOf({ scheme, port }: FrontServer, { server }: Config): string {
  const everywhere = server.host === '0.0.0.0' || server.host === '::';
  const host = everywhere ? 'localhost' : server.host.includes(':') ? `[${server.host}]` : server.host;
  return `${scheme}://${host}:${String(port)}`;
}

/** @throws StartError if standard output takes nothing: nobody would know the credentials */
function printCredentials(text: string): void {
  try {
    write(text);
  } catch (error) {
    throw new StartError(
      `the credentials of the first start cannot be printed (${reasonOf(error)}), so nothing was created: give standard ` +
        'output a place, or set FIRST_CREDENTIALS_FILE.',
    );
  }
}

/** What cannot be printed does not end the server. */
function print(text: string): void {
  try {
    write(text);
  } catch {
    // The log says that the server has started.
  }
}

function write(text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(STANDARD_OUTPUT, bytes, written);
}

/** The first process of a container ignores signals that nobody handles. */
function endStartOnSignals(): () => void {
  const end = (): void => {
    logger.log('stopped before it served');
    process.exit(0);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return () => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
}

function stopOnSignals(server: Server, delaySeconds: number): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(
      () => {
        fail(`it did not stop within ${String(FORCED_EXIT_MS / 1000)} s`);
      },
      delaySeconds * 1000 + FORCED_EXIT_MS,
    ).unref();
    server
      .drain()
      .then(() => server.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          fail(reasonOf(error));
        },
      );
  };
  for (const signal of SIGNALS) process.on(signal, stop);
}

function fail(reason: string): never {
  logger.error(`Latchkey has ended without finishing: ${reason}`);
  process.exit(1);
}
