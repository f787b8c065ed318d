/** The ways in which the server of a suite is started; TEST_MOUNT names the one of this run. */
import type { AppOverrides } from '../../src/app.module.js';
import type { Config } from '../../src/config/index.js';
import { createServer, type Server } from '../../src/server.js';

/** Listens, with what the first start makes. */
export interface Mounted {
  readonly app: Server['app'];
  stop(): Promise<void>;
}

type Mount = (config: Config, overrides: AppOverrides) => Promise<Mounted>;

const MOUNTS = new Map<string, Mount>([['standalone', standalone]]);

/** Starts a server in the way of this run. */
export const mount: Mount = (config, overrides) => {
  const { TEST_MOUNT: name = 'standalone' } = process.env;
  const start = MOUNTS.get(name);
  if (!start) throw new Error(`TEST_MOUNT is "${name}"; give one of: ${[...MOUNTS.keys()].join(', ')}`);
  return start(config, overrides);
};

async function standalone(config: Config, overrides: AppOverrides): Promise<Mounted> {
  const server = await createServer(config, overrides);
  await server.start();
  return { app: server.app, stop: () => server.stop() };
}
