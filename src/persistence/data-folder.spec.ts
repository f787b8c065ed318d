import { homedir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { defaultFile, type Place } from './data-folder.js';

const installed = (...files: string[]): Place => ({ isInstalled: true, exists: (file) => files.includes(file) });
const checkout: Place = { isInstalled: false, exists: () => false };

const HERE = './data/latchkey.sqlite';

describe('the database that nothing names', () => {
  it('is in the current folder of a checkout', () => {
    expect(defaultFile({ XDG_DATA_HOME: '/elsewhere' }, checkout)).toBe(HERE);
  });

  it('is in the home of the user where npm has installed the program, wherever they stand', () => {
    expect(defaultFile({}, installed())).toBe(`${homedir()}/.local/share/latchkey/latchkey.sqlite`);
    expect(defaultFile({ XDG_DATA_HOME: '/elsewhere' }, installed())).toBe('/elsewhere/latchkey/latchkey.sqlite');
    const relative = defaultFile({ XDG_DATA_HOME: 'elsewhere' }, installed());
    expect(relative).toBe(`${homedir()}/.local/share/latchkey/latchkey.sqlite`);
  });

  it('is the one in the current folder if there is one already', () => {
    expect(defaultFile({ XDG_DATA_HOME: '/elsewhere' }, installed(HERE))).toBe(HERE);
  });

  it('is in LATCHKEY_DATA before all', () => {
    for (const place of [checkout, installed(), installed(HERE)]) {
      expect(defaultFile({ LATCHKEY_DATA: '/srv/tokens', XDG_DATA_HOME: '/x' }, place)).toBe(
        '/srv/tokens/latchkey.sqlite',
      );
    }
    expect(defaultFile({ LATCHKEY_DATA: '' }, checkout)).toBe(HERE);
  });
});
