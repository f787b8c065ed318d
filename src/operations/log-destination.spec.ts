import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { LogDestination, toDescriptor } from './log-destination.js';
import { createLog } from './logging.js';

const failing = (code: string): (() => never) => {
  return () => {
    throw Object.assign(new Error('no'), { code });
  };
};

describe('a log that cannot be written', () => {
  it('throws nothing, and says how much was lost when it can be written again', () => {
    const lines: string[] = [];
    let write: (line: string) => void = failing('ENOSPC');
    const destination = new LogDestination((line) => {
      write(line);
    });
    const log = createLog({ level: 'info', format: 'json', overloadSeconds: 10 }, destination);
    for (let count = 0; count < 3; count += 1) log.error('lost');
    write = (line) => lines.push(line);
    log.info('first');
    log.info('second');
    const texts = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(texts).toEqual(['first', '3 lines of the log could not be written (ENOSPC) and are lost', 'second']);
  });

  it('is the full disk itself, for either form', () => {
    const full = openSync('/dev/full', 'w');
    for (const format of ['json', 'pretty'] as const) {
      const log = createLog(
        { level: 'info', format, overloadSeconds: 10 },
        new LogDestination(toDescriptor(full, process.stderr)),
      );
      expect(() => {
        log.fatal('nobody reads this');
      }).not.toThrow();
    }
    closeSync(full);
  });
});

describe('a log in a file', () => {
  it('is written at once', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-log-'));
    const file = path.join(folder, 'log');
    const descriptor = openSync(file, 'w');
    const write = toDescriptor(descriptor, process.stderr);
    write('one\n');
    write('two\n');
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });
});
