/** Limits the number of connections, and says so when the limit is reached. */
import type { Server } from 'node:http';
import type { DropArgument } from 'node:net';
import { Logger } from '@nestjs/common';
import { SampledWarnings } from '../../core/index.js';
import { capacityChannel, type CapacityMessage } from '../tracking/channels.js';

/** A limit, and the setting that raises it. */
export interface ConnectionLimit {
  readonly resource: Exclude<CapacityMessage['resource'], 'bodies'>;
  readonly max: number;
  readonly setting: string;
}

/** Further connections are closed without an answer. They are published, and logged as a sample. */
export function limitConnections(server: Server, { resource, max, setting }: ConnectionLimit): void {
  const warnings = new SampledWarnings(new Logger('Connections'));
  server.maxConnections = max;
  server.on('drop', (drop?: DropArgument) => {
    if (capacityChannel.hasSubscribers) {
      capacityChannel.publish({ resource, limit: max, address: drop?.remoteAddress ?? null });
    }
    warnings.warn(
      `a connection was closed without an answer, because ${String(max)} are open already: somebody may be holding them ` +
        `open; otherwise raise ${setting}`,
    );
  });
}
