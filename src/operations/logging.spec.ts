import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import express, { type Request, type Response } from 'express';
import { CredentialForms } from '../core/index.js';
import { redactSecretsOf } from '../http/index.js';
import { NestLog, createLog, requestLog } from './logging.js';
import type { LogOptions } from './logging.settings.js';

const DEBUG = 20;
const INFO = 30;
const ERROR = 50;

let lines: Record<string, unknown>[];
describe('logging', () => {
  beforeEach(() => {
    lines = [];
  });

  const logAt = (level: LogOptions['level']): ReturnType<typeof createLog> =>
    createLog(
      { level, format: 'json', overloadSeconds: 10 },
      { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
    );

  const application = express();

  /** Logs a request with credentials in its query and headers, which ends with this status. */
  function passed(level: LogOptions['level'], status: number, path = '/crmapi/rest/v2/access_tokens/show'): void {
    const socket: Socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: '192.0.2.7' });
    const request: IncomingMessage = Object.assign(new IncomingMessage(socket), {
      app: application,
      method: 'GET',
      originalUrl: `${path}?token=hunter2`,
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
    it('contains the path of a request, but neither query nor headers', () => {
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

    it('has no error for a probe that finds the server not ready, as at every start, and one for another 503', () => {
      passed('info', 503, '/health/ready');
      expect(lines).toEqual([]);
      passed('debug', 503, '/health/ready');
      passed('info', 503);
      expect(lines.map(({ level }) => level)).toEqual([DEBUG, ERROR]);
    });

    it('contains the path without secrets', () => {
      const form = {
        noun: 'key',
        holder: 'users',
        kinds: [],
        secretPattern: 'key_[0-9]{20}',
        isSecret: () => true,
      } as const;
      redactSecretsOf(application, new CredentialForms([form]).redaction);
      const secret = `key_${'7'.repeat(20)}`;
      passed('debug', 200, `/orders/${secret}/Bearer%20${secret}`);
      expect(lines).toEqual([
        expect.objectContaining({ req: expect.objectContaining({ path: '/orders/[secret]/[secret]' }) }),
      ]);
    });

    it('has server errors as errors, and other requests only at debug', () => {
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
});
