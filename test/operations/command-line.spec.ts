import { describe, expect, it } from '@jest/globals';
import { settingsTables } from '../../src/config/index.js';
import { UsageError, commandLineOutput } from '../../src/operations/index.js';
import { describeSettings } from '../../src/settings/index.js';

const output = (...words: string[]): string | undefined => commandLineOutput(words, '1.2.3', settingsTables());

describe('latchkey --help', () => {
  const lines = (output('--help') ?? '').split('\n');
  const variables = settingsTables()
    .flatMap(describeSettings)
    .flatMap(({ env }) => env ?? []);

  it.each(variables)('has one line for %s', (env) => {
    expect(lines.filter((line) => line.startsWith(`  ${env} `))).toHaveLength(1);
  });

  it('says of each setting what it does, what fits and what the default is', () => {
    expect(lines).toContain(
      '  BCRYPT_COST                   Cost of hashing passwords; each step doubles the time (4 to 16; default: 12)',
    );
    expect(lines).toContain(
      "  ADMIN_PASSWORD                The administrator's password, at most 72 bytes (default: generated)",
    );
  });

  it('has each setting below the title of its part', () => {
    const titles = settingsTables().map(({ title }) => `${title}:`);
    expect(lines.filter((line) => titles.includes(line))).toEqual(titles);
    expect(lines[lines.indexOf('Canvus dialect:') + 1]).toContain('CANVUS_KEEPALIVE_SECONDS');
  });

  it('has no Markdown and no line that is too long to read', () => {
    expect(lines.filter((line) => line.includes('`') || line.length > 155)).toEqual([]);
  });
});

describe('the command line', () => {
  it('shows the version, starts the server without words, and refuses words that it does not know', () => {
    expect(output('--version')).toBe('1.2.3\n');
    expect(output()).toBeUndefined();
    expect(() => output('--prot=1')).toThrow(UsageError);
    expect(() => output('--prot=1')).toThrow(/'--prot'.*see latchkey --help/);
  });
});
