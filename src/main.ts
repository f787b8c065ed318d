#!/usr/bin/env node
/** The command `latchkey`: starts the server, or does what another command asks for. */
import { EXIT, UsageError, runProgram, withGivenSettings, type ExitCode, type Invocation } from './cli/index.js';
import { PRODUCT_VERSION } from './version.js';

/**
 * Nothing more is imported above, since `--help` should not take longer than Node itself: loading the server takes
 * several times as long as everything else here.
 */
async function run(invocation: Invocation): Promise<ExitCode> {
  const env = withGivenSettings(process.env, invocation.options);
  // Files created by the server, and by commands, are readable by their own user only.
  process.umask(0o077);
  if (invocation.command === 'dev') {
    const { dev } = await import('./testing/dev.js');
    await dev(invocation.options);
    return EXIT.done;
  }
  if (invocation.command !== 'start') {
    const { runOnDatabase } = await import('./administration.js');
    return runOnDatabase(invocation, env);
  }
  for (const signal of SIGNALS) process.once(signal, end);
  const { loadConfig } = await import('./config/index.js');
  const config = loadConfig(env);
  const { serve } = await import('./standalone/serve.js');
  for (const signal of SIGNALS) process.off(signal, end);
  await serve(config);
  return EXIT.done;
}

/** The first process of a container ignores signals that nobody handles, and loading the server takes a while. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const end = (): void => process.exit(EXIT.done);

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const isClear =
    error instanceof UsageError || (error instanceof Error && ['ConfigError', 'SeedError'].includes(error.name));
  process.stderr.write(`${isClear ? message : `Latchkey cannot start: ${message}`}\n`);
  process.exit(error instanceof UsageError ? EXIT.usage : EXIT.failed);
}

// `latchkey user list | head` closes the pipe before everything is written.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
});

runProgram(process.argv.slice(2), PRODUCT_VERSION, run).then((code) => {
  process.exitCode = code;
}, fail);
