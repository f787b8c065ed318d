/** Reads variables one after the other and keeps what is wrong, so that all of it is told at once. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with a value and what to give instead; never repeats a value that may be secret. */
export class Fault {
  constructor(readonly reason: string) {}
}

/** Turns the text of a variable into a value, or tells what is wrong with it. */
export type Parser<T> = (text: string) => T | Fault;

/** The configuration is not usable; the message lists every fault. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    const count = faults.length === 1 ? 'one setting is' : `${String(faults.length)} settings are`;
    super(`Latchkey cannot start: ${count} wrong.\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

export class FaultCollector {
  private readonly faults: string[] = [];

  constructor(private readonly env: Environment) {}

  /** The value of a variable, or the default when it is absent or empty. */
  read<T, D>(name: string, parse: Parser<T>, byDefault: D): T | D {
    const text = this.env[name];
    if (text === undefined || text === '') return byDefault;
    const value = parse(text);
    if (!(value instanceof Fault)) return value;
    this.faults.push(`${name} ${value.reason}`);
    return byDefault;
  }

  throwIfAny(): void {
    if (this.faults.length > 0) throw new ConfigError(this.faults);
  }
}
