/** Limits the number of connections, and says so when the limit is reached. */
import type { Server } from 'node:http';
import type { DropArgument } from 'node:net';
import type { CapacityMessage } from '../tracking/channels.js';
import { CapacityReports } from './capacity-reports.js';

/** A limit, and the setting that raises it. */
export interface ConnectionLimit {
  readonly resource: Extract<CapacityMessage['resource'], `${string}connections`>;
  readonly max: number;
  readonly setting: string;
}

/** Further connections are closed without an answer. They are published, and logged as a sample. */
export function limitConnections(server: Server, { resource, max, setting }: ConnectionLimit): void {
  const reports = new CapacityReports('Connections', resource);
  server.maxConnections = max;
  server.on('drop', (drop?: DropArgument) => {
    reports.add(
      max,
      drop?.remoteAddress,
      `a connection was closed without an answer, because ${String(max)} are open already: somebody may be holding them ` +
        `open; otherwise raise ${setting}`,
    );
  });
}
