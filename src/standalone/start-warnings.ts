/** What operators are warned of when the server starts. */
import type { Values } from '../settings/index.js';
import { FIRST_START_SETTINGS } from '../identity/identity.settings.js';
import type { Config } from '../config/index.js';

/** Listening on all addresses of the machine. */
const EVERYWHERE = new Set(['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '[::]']);

/** The variables that only the first start uses and that are set. One that is set to its default cannot be told. */
export function ignoredVariables(values: Values<typeof FIRST_START_SETTINGS>): string[] {
  return Object.entries(FIRST_START_SETTINGS.settings).flatMap(([name, { env, default: byDefault }]) =>
    env !== undefined && values[name as keyof typeof values] !== byDefault ? [env] : [],
  );
}

/** The settings by which other machines reach the server without TLS. A trusted proxy is taken to be there for that. */
export function openInClear({ server, dataPlane }: Pick<Config, 'server' | 'dataPlane'>): string[] {
  const { host, tlsCertFile, trustProxy } = server;
  if (tlsCertFile !== undefined || trustProxy !== false) return [];
  const verifyHost = dataPlane.port === undefined ? undefined : dataPlane.host;
  const hosts = { HOST: host, VERIFY_HOST: verifyHost };
  return Object.entries(hosts).flatMap(([name, address]) =>
    address !== undefined && EVERYWHERE.has(address) ? [`${name} is ${address}`] : [],
  );
}
