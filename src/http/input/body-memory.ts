/** Limits the memory of request bodies that are still arriving, whoever sends them. */
import { Logger } from '@nestjs/common';
import { SampledWarnings } from '../../core/index.js';
import { capacityChannel } from '../tracking/channels.js';

/** A body that is arriving. */
export interface HeldBody {
  /** Network address of the connection. */
  readonly address: string | null;
  /** Refuses the body; it must release its memory. */
  evict(): void;
}

/**
 * When the limit is reached, the bodies that have been arriving for the longest time are refused. A body that arrives
 * together with its request is therefore accepted even while others are held back on purpose.
 */
export class BodyMemory {
  private readonly warnings = new SampledWarnings(new Logger(BodyMemory.name));
  /** Oldest first. */
  private readonly held = new Map<HeldBody, number>();
  private total = 0;

  constructor(private readonly maxBytes: number) {}

  hold(body: HeldBody, bytes: number): void {
    this.held.set(body, (this.held.get(body) ?? 0) + bytes);
    this.total += bytes;
    for (const oldest of this.held.keys()) {
      if (this.total <= this.maxBytes || this.held.size === 1) return;
      this.evict(oldest);
    }
  }

  release(body: HeldBody): void {
    this.total -= this.held.get(body) ?? 0;
    this.held.delete(body);
  }

  private evict(body: HeldBody): void {
    this.release(body);
    body.evict();
    if (capacityChannel.hasSubscribers) {
      capacityChannel.publish({ resource: 'bodies', limit: this.maxBytes, address: body.address });
    }
    this.warnings.warn(
      `request bodies that are still arriving hold more than ${String(this.maxBytes)} bytes, so the oldest are refused: ` +
        'somebody may be holding them back; otherwise raise BODY_MEMORY_BYTES (option requests.bodyMemoryBytes)',
    );
  }
}
