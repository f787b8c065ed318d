/** Logging: pino on the standard error stream, which also receives Nest's own messages. */
import type { LoggerService } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { pino, type DestinationStream, type Logger } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { isOverloaded, originOf, requestIdOf, requestedPath } from '../http/index.js';
import { LogDestination } from './log-destination.js';
import type { LogOptions } from './logging.settings.js';
import { OverloadLog, type OverloadTexts } from './overload-log.js';

/**
 * Writes to the standard error stream, so that notices on standard output stay separate from the log. Lines that cannot
 * be written are counted; the log names their number when it can be written again.
 */
export function createLog(
  { level, format }: LogOptions,
  destination: DestinationStream = new LogDestination(),
): Logger {
  const log = pino({ level }, format === 'pretty' ? prettified(destination) : destination);
  if (destination instanceof LogDestination) {
    destination.tell((lines, code) => {
      log.warn(`${String(lines)} lines of the log could not be written (${code}) and are lost`);
    });
  }
  return log;
}

function prettified(destination: DestinationStream): DestinationStream {
  const prettify = prettyFactory({
    colorize: process.stderr.isTTY,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return {
    write: (line) => {
      destination.write(prettify(line));
    },
  };
}

/**
 * Logs one line per request, without headers, query or body, since all three may contain credentials, and without
 * secrets in the path. Nothing is prepared for lines that the level suppresses, which are most of them. Requests refused
 * because of a limit are warnings; of those and of other 503s, most are only counted. Probes of readiness are no failures.
 */
export function requestLog(log: Logger, { overloadSeconds }: Pick<LogOptions, 'overloadSeconds'>): RequestHandler {
  const overload = new OverloadLog(log, overloadSeconds);
  const unavailable = new OverloadLog(log, overloadSeconds, UNAVAILABLE);
  return (request, response, next) => {
    const [id, began, { address }] = [requestIdOf(request), performance.now(), originOf(request)];
    response.once('close', () => {
      const { statusCode, writableFinished } = response;
      const isRefused = isOverloaded(request);
      const isFailure = statusCode >= 500 && request.originalUrl.split('?', 1)[0] !== READINESS;
      const level = isRefused ? 'warn' : isFailure ? 'error' : 'debug';
      if (!log.isLevelEnabled(level)) return;
      const req = { id, method: request.method, path: requestedPath(request), address };
      const responseTime = Math.round(performance.now() - began);
      const line = { req, res: { statusCode }, responseTime };
      if (isRefused) overload.refused(line);
      else if (statusCode === 503 && isFailure) unavailable.refused(line);
      else log[level](line, writableFinished ? 'request completed' : 'request aborted');
    });
    next();
  };
}

/** Says at every start and every stop that the server is not ready; a failure has its own line. */
const READINESS = '/health/ready';

const UNAVAILABLE: OverloadTexts = {
  level: 'error',
  first: 'request answered with 503',
  more: 'more requests answered with 503',
};

/** Loggers with which Nest reports each module and route, and that it has started, before anything listens. */
const INVENTORY = new Set(['InstanceLoader', 'NestApplication', 'NestFactory', 'RouterExplorer', 'RoutesResolver']);

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Passes Nest's messages to pino at the matching levels. */
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

  /** Nest passes the context last, sometimes preceded by a stack. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const texts = rest.filter((part) => typeof part === 'string');
    const context = texts.at(-1);
    const stack = texts.length > 1 ? texts[0] : undefined;
    const actual = level === 'info' && INVENTORY.has(context ?? '') ? 'debug' : level;
    this.pino[actual]({ context, stack }, String(message));
  }
}
