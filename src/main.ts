#!/usr/bin/env node
/** The command `latchkey`: prints help or the version, or starts the server. */
import { UsageError, commandLineOutput } from './cli/index.js';
import { ConfigError, loadConfig, settingsTables } from './config/index.js';
import { PRODUCT_VERSION } from './version.js';

async function main(): Promise<void> {
  const output = commandLineOutput(process.argv.slice(2), PRODUCT_VERSION, settingsTables());
  if (output !== undefined) {
    process.stdout.write(output);
    return;
  }
  // Files created by the server are readable by its own user only.
  process.umask(0o077);
  const config = loadConfig(process.env);
  // Not imported above: loading the server takes several times as long as everything else here.
  const { serve } = await import('./serve.js');
  await serve(config);
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  const isClear = error instanceof ConfigError || error instanceof UsageError;
  process.stderr.write(`${isClear ? message : `Latchkey cannot start: ${message}`}\n`);
  process.exit(1);
});
