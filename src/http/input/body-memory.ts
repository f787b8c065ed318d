/** The memory of request bodies that are still arriving, from all senders: a limited number of blocks, used again. */
import { CapacityReports } from '../connections/capacity-reports.js';

/** Size of a block in bytes. Most bodies fit into one. */
const BLOCK_BYTES = 4096;

/** A body that is arriving. */
export interface HeldBody {
  /** Network address of the connection. */
  readonly address: string | null;
  /** Refuses the body, whose memory has been released. */
  evict(): void;
}

interface Held {
  readonly blocks: Buffer[];
  size: number;
}

/**
 * When all blocks are taken, the bodies that have been arriving for the longest time are refused. A body that arrives
 * together with its request is therefore accepted even while others are held back on purpose.
 *
 * The pieces that Node delivers are copied: each keeps memory that only a full garbage collection gives back.
 */
export class BodyMemory {
  private readonly reports = new CapacityReports(BodyMemory.name, 'bodies');
  /** Oldest first. */
  private readonly held = new Map<HeldBody, Held>();
  private readonly free: Buffer[] = [];
  private taken = 0;

  constructor(private readonly maxBytes: number) {}

  /** Copies a piece of a body. */
  add(body: HeldBody, piece: Buffer): void {
    const held = this.held.get(body) ?? { blocks: [], size: 0 };
    this.held.set(body, held);
    for (let from = 0; from < piece.length;) {
      const at = held.size % BLOCK_BYTES;
      if (at === 0) held.blocks.push(this.block());
      const copied = piece.copy(held.blocks.at(-1) ?? piece, at, from);
      held.size += copied;
      from += copied;
    }
    this.keepLimit();
  }

  /** The whole body, whose memory is released. */
  remove(body: HeldBody): Buffer {
    const held = this.held.get(body);
    if (!held) return Buffer.alloc(0);
    const content = Buffer.concat(held.blocks, held.size);
    this.discard(body);
    return content;
  }

  /** Releases the memory of a body. */
  discard(body: HeldBody): void {
    const { blocks } = this.held.get(body) ?? { blocks: [] };
    this.held.delete(body);
    this.taken -= blocks.length;
    this.free.push(...blocks);
  }

  private block(): Buffer {
    this.taken += 1;
    return this.free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  }

  private keepLimit(): void {
    for (const oldest of this.held.keys()) {
      if (this.taken * BLOCK_BYTES <= this.maxBytes || this.held.size === 1) return;
      this.discard(oldest);
      oldest.evict();
      this.report(oldest);
    }
  }

  private report({ address }: HeldBody): void {
    this.reports.add(
      this.maxBytes,
      address,
      `request bodies that are still arriving hold more than ${String(this.maxBytes)} bytes, so the oldest are refused: ` +
        'somebody may be holding them back; otherwise raise BODY_MEMORY_BYTES (option requests.bodyMemoryBytes)',
    );
  }
}
