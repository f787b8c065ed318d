/** Where the log is written: what cannot be written is dropped and counted, and never ends or holds up the process. */
import { fstatSync, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';
import { followLinks } from '../internals/index.js';

const STANDARD_ERROR = 2;

/** What may wait for the reader of a pipe, in bytes. */
const MAX_WAITING = 1_048_576;

/** Told when lines can be written again: how many were dropped, and the code of the last error. */
export type LostListener = (lines: number, code: string) => void;

/** Writes whole lines; throws if one cannot be written. */
type WriteLine = (line: string) => void;

/** A destination whose `write` neither throws nor waits. */
export class LogDestination implements DestinationStream {
  private lost = 0;
  private code = '';
  private onRecovered: LostListener = () => undefined;

  constructor(private readonly writeLine: WriteLine = toDescriptor(STANDARD_ERROR, process.stderr)) {}

  /** Registers who is told of lines that were lost. */
  tell(listener: LostListener): void {
    this.onRecovered = listener;
  }

  write(line: string): void {
    try {
      this.writeLine(line);
    } catch (error) {
      this.lost += 1;
      this.code = (error as NodeJS.ErrnoException).code ?? 'an unknown error';
      return;
    }
    if (this.lost === 0) return;
    const { lost, code } = this;
    this.lost = 0;
    this.onRecovered(lost, code);
  }
}

/**
 * Files and terminals are written to synchronously, so that the last lines before an exit are not lost. For a pipe or a
 * socket that would block the process while nobody reads: there, Node's stream keeps what does not fit.
 */
export function toDescriptor(fd: number, stream: NodeJS.WriteStream): WriteLine {
  // Without a listener, an error of the stream would end the process.
  if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
  if (isPipe(fd)) {
    return (line) => {
      if (!stream.writable) throw Object.assign(new Error('nobody reads'), { code: 'EPIPE' });
      if (stream.writableLength > MAX_WAITING) throw Object.assign(new Error('nobody reads'), { code: 'EAGAIN' });
      stream.write(line);
    };
  }
  let isTorn = false;
  return (line) => {
    // A disk may take the first part of a line before it is full.
    const bytes = Buffer.from(isTorn ? `\n${line}` : line);
    for (let written = 0; written < bytes.length;) {
      written += writeSync(fd, bytes, written);
      isTorn = written < bytes.length;
    }
  };
}

function ignore(): void {
  // What is lost is counted where it is written.
}

function isPipe(fd: number): boolean {
  try {
    const found = fstatSync(fd);
    followLinks();
    return found.isFIFO() || found.isSocket();
  } catch {
    // It is closed; writing fails, and is counted.
    return false;
  }
}
