/** The log: pino on the standard error stream, and Nest's own messages through it. */
import type { LoggerService } from '@nestjs/common';
import type { Request, RequestHandler } from 'express';
import { pino, type DestinationStream, type Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import pretty from 'pino-pretty';

export interface LogOptions {
  readonly level: string;
  readonly format: 'pretty' | 'json';
}

const STANDARD_ERROR = 2;

/** Writes to the standard error stream, so that what is printed for a person stays apart from the log. */
export function createLog({ level, format }: LogOptions, destination?: DestinationStream): Logger {
  const stream =
    destination ??
    (format === 'pretty'
      ? pretty({ destination: STANDARD_ERROR, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' })
      : pino.destination({ fd: STANDARD_ERROR, sync: true }));
  return pino({ level }, stream);
}

/** One line for each request, without its headers, query or body: credentials travel in all three. */
export function requestLog(log: Logger): RequestHandler {
  return pinoHttp({
    logger: log,
    customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'debug'),
    serializers: {
      req: ({ id, method, url, raw }: { id: unknown; method: string; url: string; raw: Request }) => ({
        id,
        method,
        path: url.split('?', 1)[0],
        address: raw.ip,
      }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
      err: ({ type, message }: { type: string; message: string }) => ({ type, message }),
    },
  });
}

/** Nest lists every module and route under these names at each start. */
const INVENTORY = new Set(['InstanceLoader', 'RouterExplorer', 'RoutesResolver']);

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Nest's messages, at pino's levels. */
export class NestLog implements LoggerService {
  constructor(private readonly pino: Logger) {}

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes the context last, and before it sometimes a stack. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const texts = rest.filter((part) => typeof part === 'string');
    const context = texts.at(-1);
    const stack = texts.length > 1 ? texts[0] : undefined;
    const actual = level === 'info' && INVENTORY.has(context ?? '') ? 'debug' : level;
    this.pino[actual]({ context, stack }, String(message));
  }
}
