/** The items that a feed last sent, and the first line that shows them to new subscribers. */
import { nextTurn } from '../../../core/index.js';
import type { Item } from './watched-resource.js';

/** Items of one buffer of the first line: a change renews one buffer, and not the whole line. */
const ITEMS_PER_CHUNK = 500;

/** Buffers made in one turn of the event loop. */
const CHUNKS_PER_TURN = 5;

/** Neighbours in the order of the list. */
interface Chunk {
  items: Map<string, Item>;
  /** The last item in the order. */
  last: Item;
  /** As it stands in the middle of the line, with a comma ahead of it; `undefined` after a change. */
  bytes: Buffer | undefined;
}

export class ItemStore {
  private chunks: Chunk[] = [];
  private readonly chunkOf = new Map<string, Chunk>();
  private line: readonly Buffer[] | undefined;

  /** @param isList - whether a line is an array of items, or one item */
  constructor(private readonly isList: boolean) {}

  get size(): number {
    return this.chunkOf.size;
  }

  /** May be walked through while items are removed. */
  keys(): IterableIterator<string> {
    return this.chunkOf.keys();
  }

  get(key: string): Item | undefined {
    return this.chunkOf.get(key)?.items.get(key);
  }

  /** Adds an item or renews it. @returns whether that changes anything */
  put(item: Item): boolean {
    const chunk = this.chunkOf.get(item.key);
    if (!chunk) {
      this.add(item);
      return true;
    }
    if (chunk.items.get(item.key)?.json === item.json) return false;
    chunk.items.set(item.key, item);
    this.changed(chunk);
    return true;
  }

  remove(key: string): void {
    const chunk = this.chunkOf.get(key);
    if (!chunk) return;
    chunk.items.delete(key);
    this.chunkOf.delete(key);
    if (chunk.items.size === 0) this.chunks.splice(this.chunks.indexOf(chunk), 1);
    this.changed(chunk);
  }

  /** The line with all items, in buffers that are shared by all who get it; made once for each state. */
  async firstLine(): Promise<readonly Buffer[]> {
    if (this.line) return this.line;
    const buffers: Buffer[] = [];
    for (const [at, chunk] of this.chunks.entries()) {
      if (!chunk.bytes && at % CHUNKS_PER_TURN === CHUNKS_PER_TURN - 1) await nextTurn();
      chunk.bytes ??= bytesOf(chunk);
      buffers.push(chunk.bytes);
    }
    return (this.line = this.enclosed(buffers));
  }

  /** One line with some items. */
  lineOf(json: string): Buffer {
    return Buffer.from(this.isList ? `[${json}]\n` : `${json}\n`);
  }

  /** Takes the comma off the first buffer, and puts the ends of the line around all of them. */
  private enclosed([first = Buffer.from(','), ...others]: readonly Buffer[]): Buffer[] {
    const [start, end] = this.isList ? ['[', ']\n'] : ['', '\n'];
    const last = others.pop();
    const parts = [Buffer.from(start), first.subarray(1)];
    if (!last) return [Buffer.concat([...parts, Buffer.from(end)])];
    return [Buffer.concat(parts), ...others, Buffer.concat([last, Buffer.from(end)])];
  }

  /** Most items are new ones, which come last. */
  private add(item: Item): void {
    let at = this.chunks.length - 1;
    while (at > 0 && item.rank < firstOf(this.chunks[at]).rank) at -= 1;
    const chunk = this.chunks[at];
    const isFull = chunk !== undefined && chunk.items.size >= ITEMS_PER_CHUNK;
    const isLast = chunk === undefined || item.rank > chunk.last.rank;
    if (!chunk || (isFull && isLast && at === this.chunks.length - 1)) {
      this.append(item);
      return;
    }
    chunk.items.set(item.key, item);
    this.chunkOf.set(item.key, chunk);
    if (isLast) chunk.last = item;
    else sort(chunk);
    this.changed(chunk);
  }

  private append(item: Item): void {
    const chunk: Chunk = { items: new Map([[item.key, item]]), last: item, bytes: undefined };
    this.chunks.push(chunk);
    this.chunkOf.set(item.key, chunk);
    this.changed(chunk);
  }

  private changed(chunk: Chunk): void {
    chunk.bytes = undefined;
    this.line = undefined;
  }
}

function bytesOf({ items }: Chunk): Buffer {
  return Buffer.from([...items.values()].map(({ json }) => `,${json}`).join(''));
}

function firstOf(chunk: Chunk | undefined): Pick<Item, 'rank'> {
  const [first] = chunk?.items.values() ?? [];
  return first ?? { rank: '' };
}

function sort(chunk: Chunk): void {
  const sorted = [...chunk.items].sort(([, one], [, other]) => (one.rank < other.rank ? -1 : 1));
  chunk.items = new Map(sorted);
}
