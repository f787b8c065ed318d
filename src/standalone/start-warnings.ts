/** What operators are warned of when the server starts. */
import type { Values } from '../settings/index.js';
import { FIRST_START_SETTINGS } from '../identity/identity.settings.js';
import type { SERVER_SETTINGS } from './server.settings.js';

/** Listening on all addresses of the machine. */
const EVERYWHERE = new Set(['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '[::]']);

/** The variables that only the first start uses and that are set. One that is set to its default cannot be told. */
export function ignoredVariables(values: Values<typeof FIRST_START_SETTINGS>): string[] {
  return Object.entries(FIRST_START_SETTINGS.settings).flatMap(([name, { env, default: byDefault }]) =>
    env !== undefined && values[name as keyof typeof values] !== byDefault ? [env] : [],
  );
}

/** Whether other machines can reach the server without TLS. A trusted proxy is taken to be there for that. */
export function isOpenInClear({ host, tlsCertFile, trustProxy }: Values<typeof SERVER_SETTINGS>): boolean {
  return EVERYWHERE.has(host) && tlsCertFile === undefined && trustProxy === false;
}
