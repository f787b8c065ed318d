/** What keeps the server from starting with the settings that it was given. */

/** The configuration is not valid; the message lists every issue. */
export class ConfigError extends Error {
  constructor(readonly issues: readonly string[]) {
    const count = issues.length === 1 ? '1 setting is' : `${String(issues.length)} settings are`;
    super(`Latchkey cannot start: ${count} not valid.\n${issues.map((issue) => `  ${issue}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}
