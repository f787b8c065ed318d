import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { SecurityLines } from './security-lines.js';

describe('lines of the security log', () => {
  it('are written once for each subject and only so many in all; what is left out is counted', async () => {
    const lines: string[] = [];
    const log = new SecurityLines((line) => lines.push(line), 2, 20);
    for (const subject of ['a', 'a', 'b', 'c', 'a']) log.add(subject, () => `refused ${subject}`);
    expect(lines).toEqual(['refused a', 'refused b']);
    await delay(60);
    expect(lines.slice(2)).toEqual(['3 more of these within the last minute were left out']);
    log.add('a', () => 'refused a again');
    expect(lines.at(-1)).toBe('refused a again');
    await delay(60);
    // Nothing was left out, so nothing is said.
    expect(lines).toHaveLength(4);
  });

  it('that were left out are counted when the server stops, and not once more after that', async () => {
    const lines: string[] = [];
    const log = new SecurityLines((line) => lines.push(line), 2, 20);
    for (const subject of ['a', 'a']) log.add(subject, () => `refused ${subject}`);
    log.end();
    const atTheEnd = ['refused a', '1 more of these within the last minute were left out'];
    expect(lines).toEqual(atTheEnd);
    await delay(60);
    expect(lines).toEqual(atTheEnd);
  });
});
