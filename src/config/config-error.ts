/** The error for settings with which the server cannot start. */

/** The configuration is not valid; the message lists all issues. */
export class ConfigError extends Error {
  constructor(readonly issues: readonly string[]) {
    const count = issues.length === 1 ? '1 setting is' : `${String(issues.length)} settings are`;
    super(`Latchkey cannot start: ${count} not valid.\n${issues.map((issue) => `  ${issue}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}
