import { Logger } from '@nestjs/common';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { BodyMemory, type HeldBody } from './body-memory.js';

const MAX = 8 * 4096;

function body(evicted: string[], name: string): HeldBody {
  return { address: name, evict: () => evicted.push(name) };
}

describe('the memory of bodies', () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  it('returns what was added, in pieces of any length', () => {
    const memory = new BodyMemory(MAX);
    const text = Array.from({ length: 3000 }, (_, at) => String(at)).join(',');
    const [one, other] = [body([], 'one'), body([], 'other')];
    for (let from = 0; from < text.length; from += 1777) {
      memory.add(one, Buffer.from(text.slice(from, from + 1777)));
      memory.add(other, Buffer.from('x'));
    }
    expect(memory.remove(one).toString()).toBe(text);
    expect(memory.remove(other).toString()).toBe('x'.repeat(Math.ceil(text.length / 1777)));
    expect(memory.remove(one)).toHaveLength(0);
  });

  it('evicts the oldest bodies first, as many as needed, and never the only one', () => {
    const memory = new BodyMemory(MAX);
    const evicted: string[] = [];
    const bodies = ['a', 'b', 'c', 'd'].map((name) => body(evicted, name));
    const [a, , , d] = bodies;
    for (const each of bodies) memory.add(each, Buffer.alloc(2 * 4096));
    expect(evicted).toEqual([]);
    memory.add(body(evicted, 'e'), Buffer.from('x'));
    expect(evicted).toEqual(['a']);
    if (!a || !d) return;
    memory.add(d, Buffer.alloc(4 * 4096));
    expect(evicted).toEqual(['a', 'b', 'c']);
    memory.add(a, Buffer.alloc(MAX + 1));
    expect(evicted).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(memory.remove(a)).toHaveLength(MAX + 1);
  });
});
