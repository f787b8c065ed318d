import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { OverloadLog } from './overload-log.js';

describe('the log of an overload', () => {
  let lines: Record<string, unknown>[];
  let overload: OverloadLog;

  beforeEach(() => {
    jest.useFakeTimers();
    lines = [];
    const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
    overload = new OverloadLog(pino({ level: 'warn' }, stream), 10);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const refuse = (times: number): void => {
    for (let count = 0; count < times; count += 1) overload.refused({ req: { id: `r${String(count)}` } });
  };

  const WARN = 40;

  it('shows the first refusal at once, and the number of the others later', () => {
    refuse(500);
    expect(lines).toEqual([expect.objectContaining({ level: WARN, req: { id: 'r0' } })]);
    jest.advanceTimersByTime(10_000);
    expect(lines.slice(1)).toEqual([expect.objectContaining({ level: WARN, refused: 499 })]);
    refuse(3);
    jest.advanceTimersByTime(10_000);
    expect(lines.slice(2)).toEqual([expect.objectContaining({ refused: 3 })]);
  });

  it('ends when nothing more is refused, and begins again with the next', () => {
    refuse(1);
    jest.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
    refuse(1);
    expect(lines).toHaveLength(2);
  });
});
