/** The command `config`: the settings in force, and where each comes from, without secrets. */
import { ConfigError, settingsTables } from '../config/index.js';
import { EXIT, givenSettings, type ExitCode } from '../cli/index.js';
import { settingsInForce } from '../settings/index.js';
import { shown } from './rows.js';
import { print, type CommandCall } from './command-context.js';

/** `config`; fails while a setting is not valid */
export function showConfig(call: CommandCall): ExitCode {
  const given = givenSettings(call.options);
  const tables = settingsTables().map(({ title, ...table }) => ({
    title,
    settings: settingsInForce({ title, ...table }, call.env).map(({ env, value, source }) => ({
      name: env,
      value,
      source: env in given ? 'command line' : source,
    })),
  }));
  const problems = problemsOf(call);
  const text = tables.map(({ title, settings }) => `${title}:\n${settings.map(line).join('')}`).join('\n');
  print(call, { settings: tables.flatMap(({ settings }) => settings), problems }, text);
  if (problems.length === 0) return EXIT.done;
  if (!call.options.json) call.io.err(`\n${problems.map((problem) => `${problem}\n`).join('')}`);
  return EXIT.failed;
}

function line({ name, value, source }: { name: string; value: string | null; source: string }): string {
  return `  ${name.padEnd(30)}${source.padEnd(14)}${shown(value)}\n`;
}

/** What is wrong with the settings, if they are not valid. */
export function problemsOf({ loadConfig }: CommandCall): readonly string[] {
  try {
    loadConfig();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.issues;
    throw error;
  }
}
