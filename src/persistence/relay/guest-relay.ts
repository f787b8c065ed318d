/**
 * The relay of a process that changes the database for a moment, such as a command: it sends its changes to every
 * instance and waits for their acknowledgements, but is no instance itself. Nobody waits for it.
 */
import { randomUUID } from 'node:crypto';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { ChangeRelay, type ChangePublication } from '../../core/index.js';
import { InstanceRegistry } from './instance-registry.js';
import { leaseTimes } from './lease.js';
import { ListeningSession } from './listening-session.js';
import { acknowledgementRequest, acknowledgements, messagesOf } from './message.js';
import { PendingChange } from './pending-change.js';
import { notifyAll } from './postgres-relay.js';
import { RevocationBarrier } from './revocation-barrier.js';

export class GuestRelay extends ChangeRelay implements OnModuleInit, OnApplicationShutdown {
  private readonly processId = randomUUID().replaceAll('-', '');
  private readonly session: ListeningSession;
  private readonly barrier: RevocationBarrier;
  private readonly pending = new Map<number, PendingChange>();
  private counter = 0;

  constructor(dataSource: DataSource, leaseSeconds: number) {
    super();
    const times = leaseTimes(leaseSeconds);
    this.barrier = new RevocationBarrier(new InstanceRegistry(dataSource), times, {
      isOwn: () => false,
      // The one session was there before every commit. If it was lost, instances are fenced, and waited for.
      requestAcknowledgements: () => Promise.resolve(),
    });
    this.session = new ListeningSession(dataSource, times, (_session, _channel, payload) => {
      const [instance = '', ...numbers] = payload.split(' ');
      for (const number of numbers) this.pending.get(Number(number))?.acknowledgedBy(instance);
    });
  }

  async onModuleInit(): Promise<void> {
    await this.session.open([acknowledgements(this.processId)]);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.session.close();
  }

  isCurrent(): boolean {
    return false;
  }

  newPublication(): ChangePublication {
    this.counter += 1;
    const pending = new PendingChange(this.counter, this.session.id);
    let revokesAccess = false;
    return {
      publish: async (manager, changes, isAlreadyRevoked) => {
        revokesAccess = isAlreadyRevoked || changes.some((change) => change.revokesAccess());
        if (changes.length === 0 && !isAlreadyRevoked) return;
        this.pending.set(pending.number, pending);
        const request = [acknowledgementRequest(this.processId, pending.number)];
        const messages = changes.length > 0 ? messagesOf(this.processId, pending.number, changes) : request;
        await notifyAll(manager, messages);
      },
      acknowledged: async () => {
        if (revokesAccess) await this.barrier.wait(pending);
      },
      close: () => {
        this.pending.delete(pending.number);
      },
    };
  }
}
