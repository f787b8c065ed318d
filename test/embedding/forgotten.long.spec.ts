/** The process of a misconfigured host ends, and says why. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

describe('the process of a misconfigured host', () => {
  /** With the package as it is built. @returns how it ended, and what it printed */
  const ended = (options: string): { status: number; printed: string } => {
    const host = `
      import 'reflect-metadata';
      import { Module } from '@nestjs/common';
      import { NestFactory } from '@nestjs/core';
      import { TypeOrmModule } from '@nestjs/typeorm';
      import { LatchkeyModule } from 'latchkey/foundation';
      class Host {}
      const connection = TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', retryAttempts: 0 });
      Module({ imports: [connection, LatchkeyModule.forRoot({})] })(Host);
      await NestFactory.create(Host, ${options});`;
    const root = path.resolve(import.meta.dirname, '../..');
    try {
      const settings = { cwd: root, encoding: 'utf8', stdio: 'pipe', timeout: 20_000 } as const;
      return { status: 0, printed: execFileSync(process.execPath, ['--input-type=module', '-e', host], settings) };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { status, printed: stdout + stderr };
    }
  };

  it.each([
    ['by Nest', '{}'],
    ['by the error that was thrown', '{ abortOnError: false, logger: false }'],
  ])('ends %s, and says why', (_how, options) => {
    const { status, printed } = ended(options);
    expect(status).toBe(1);
    expect(printed).toContain('add `...ENTITIES` to its `entities`');
  });
});
