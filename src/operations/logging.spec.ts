import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { NestLog, createLog, requestLog } from './logging.js';
import type { LogOptions } from './logging.settings.js';

const DEBUG = 20;
const INFO = 30;
const ERROR = 50;

let lines: Record<string, unknown>[];
beforeEach(() => {
  lines = [];
});

const logAt = (level: LogOptions['level']): ReturnType<typeof createLog> =>
  createLog(
    { level, format: 'json', overloadSeconds: 10 },
    { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );

/** Lets a request with credentials in its query and headers pass the log, and end with this status. */
function passed(level: LogOptions['level'], status: number): void {
  const request = Object.assign(new IncomingMessage(new Socket()), {
    method: 'GET',
    originalUrl: '/crmapi/rest/v2/access_tokens/show?token=hunter2',
    ip: '192.0.2.7',
    headers: { authorization: 'Bearer hunter2' },
  });
  const response = new ServerResponse(request);
  requestLog(logAt(level), { overloadSeconds: 10 })(
    request as unknown as Request,
    response as Response,
    () => undefined,
  );
  response.statusCode = status;
  response.emit('close');
}

describe('the log of requests', () => {
  it('has the path of a request, and neither its query nor its headers', () => {
    passed('debug', 200);
    expect(lines).toEqual([
      expect.objectContaining({
        level: DEBUG,
        req: { id: null, method: 'GET', path: '/crmapi/rest/v2/access_tokens/show', address: '192.0.2.7' },
        res: { statusCode: 200 },
      }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('has errors of the server as errors, and leaves out all other requests unless it is set to debug', () => {
    for (const status of [200, 404, 499]) passed('info', status);
    expect(lines).toEqual([]);
    for (const status of [500, 503]) passed('info', status);
    expect(lines.map(({ level }) => level)).toEqual([ERROR, ERROR]);
  });
});

describe('the log of Nest', () => {
  it('has each message with its context, an error with its stack, and the list of modules only at debug', () => {
    const log = new NestLog(logAt('debug'));
    log.log('started', 'Server');
    log.log('module loaded', 'InstanceLoader');
    log.error('failed', 'Error: x\n at y', 'Request');
    const shown = lines.map(({ level, msg, context, stack }) => [level, msg, context, stack]);
    expect(shown).toEqual([
      [INFO, 'started', 'Server', undefined],
      [DEBUG, 'module loaded', 'InstanceLoader', undefined],
      [ERROR, 'failed', 'Request', 'Error: x\n at y'],
    ]);
  });
});
