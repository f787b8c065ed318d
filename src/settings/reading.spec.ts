import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  OptionsError,
  checkOptions,
  choice,
  defaultsOf,
  flag,
  integer,
  readEnvironment,
  setting,
  settingsTable,
  text,
  type Environment,
  type Options,
} from './index.js';

const SHELF = settingsTable('Shelf', {
  books: setting({ env: 'SHELF_BOOKS', form: integer(1, 99), default: 7, doc: 'How many books fit' }),
  open: setting({ env: 'SHELF_OPEN', form: flag(), default: true, doc: 'Whether it has no doors' }),
});

const ROOM = settingsTable('Room', {
  colour: setting({ env: 'COLOUR', form: choice('red', 'green'), default: 'red', doc: 'Colour of the walls' }),
  key: setting({
    env: 'KEY',
    form: text((key) => key.length > 3, 'a longer key', 'is too short'),
    secret: true,
    doc: 'Key of the door',
  }),
  code: setting({
    env: 'CODE',
    form: text((code) => /^\d+$/.test(code), 'digits'),
    secret: true,
    doc: 'Code of the alarm',
  }),
  shelf: SHELF,
  height: setting({ form: integer(1, 9), default: 3, doc: 'Height in metres' }),
});

const DEFAULTS = { colour: 'red', key: undefined, code: undefined, shelf: { books: 7, open: true }, height: 3 };

function read(env: Environment): { values: unknown; issues: string[] } {
  const issues: string[] = [];
  return { values: readEnvironment(ROOM, env, issues), issues };
}

describe('settings from the environment', () => {
  it('are the defaults if a variable is absent or empty', () => {
    for (const env of [{}, { COLOUR: '', SHELF_BOOKS: undefined, KEY: '' }]) {
      expect(read(env)).toEqual({ values: DEFAULTS, issues: [] });
    }
    expect(defaultsOf(ROOM)).toEqual(DEFAULTS);
  });

  it('are read in groups as well', () => {
    const env = { COLOUR: 'green', KEY: 'abcd', CODE: '1', SHELF_BOOKS: '99', SHELF_OPEN: 'false', HEIGHT: '9' };
    const values = { ...DEFAULTS, colour: 'green', key: 'abcd', code: '1', shelf: { books: 99, open: false } };
    expect(read(env)).toEqual({ values, issues: [] });
  });

  it('have all their issues listed, each with the variable and what to give, and secrets not repeated', () => {
    const env = { COLOUR: 'blue', KEY: 'abc', CODE: 'hunter2', SHELF_BOOKS: '100', SHELF_OPEN: 'yes' };
    expect(read(env).issues).toEqual([
      'COLOUR is "blue"; give one of red, green',
      'KEY is too short; give a longer key',
      'CODE is not valid; give digits',
      'SHELF_BOOKS is "100"; give a whole number from 1 to 99',
      'SHELF_OPEN is "yes"; give true or false',
    ]);
  });

  it.each(['0', '100', '1.5', '1e1', '0x10', ' 5', '-5', '9'.repeat(400)])('refuse %s as a whole number', (books) => {
    expect(read({ SHELF_BOOKS: books }).issues).toHaveLength(1);
  });
});

describe('options given in code', () => {
  it('have the defaults if they are absent or undefined, in groups as well', () => {
    expect(checkOptions('Room', ROOM, {})).toEqual(DEFAULTS);
    expect(checkOptions('Room', ROOM, { colour: undefined, shelf: undefined, unknown: undefined })).toEqual(DEFAULTS);
    const given: Options<typeof ROOM> = { height: 9, shelf: { open: false } };
    expect(checkOptions('Room', ROOM, given)).toEqual({ ...DEFAULTS, height: 9, shelf: { books: 7, open: false } });
  });

  it('are values, and not text', () => {
    expect(() => checkOptions('Room', ROOM, { height: '3', shelf: { open: 'true' } })).toThrow(
      'Room has options that are not valid: shelf.open is "true"; give true or false. ' +
        'height is "3"; give a whole number from 1 to 9',
    );
  });

  it('have all their issues in one error, and secrets not repeated', () => {
    const given = { color: 'red', colour: 'blue', code: 'hunter2', shelf: { books: NaN, doors: 2 } };
    const check = (): unknown => checkOptions('Room', ROOM, given);
    expect(check).toThrow(OptionsError);
    expect(check).toThrow(
      'Room has options that are not valid: ' +
        'color is unknown; the options are colour, key, code, shelf, height. ' +
        'colour is "blue"; give "red" or "green". ' +
        'code is not valid; give digits. ' +
        'shelf.doors is unknown; the options are books, open. ' +
        'shelf.books is NaN; give a whole number from 1 to 99',
    );
  });

  it('show of an object only that it is one, and 100 characters of text', () => {
    const given = { colour: { password: 'hunter2' }, shelf: 'x'.repeat(200) };
    const check = (): unknown => checkOptions('Room', ROOM, given);
    expect(check).toThrow('colour is an object; give "red" or "green"');
    expect(check).toThrow(`shelf is "${'x'.repeat(100)}"; give an object`);
  });

  it('must be an object', () => {
    for (const [given, words] of [
      [undefined, 'undefined'],
      [null, 'null'],
      [5, '5'],
      ['x', '"x"'],
    ]) {
      expect(() => checkOptions('Room', ROOM, given)).toThrow(
        `Room was given ${String(words)} as its options: pass an object (it may be empty)`,
      );
    }
  });

  it('do not treat inherited properties as options', () => {
    const given = JSON.parse('{"__proto__": 1, "constructor": 2}') as object;
    expect(() => checkOptions('Room', ROOM, given)).toThrow(/__proto__ is unknown.*constructor is unknown/);
  });
});

describe('secrets in files', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'latchkey-secrets-'));
    for (const [name, text] of Object.entries({
      unix: 'abcd\n',
      windows: 'abcd\r\n',
      none: 'abcd',
      two: 'abcd\n\n',
      empty: '',
      line: '\n',
      short: 'abc\n',
    })) {
      writeFileSync(at(name), text);
    }
    writeFileSync(at('long'), 'x'.repeat(70_000));
    mkdirSync(at('folder'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('are read without one line break at their end', () => {
    for (const name of ['unix', 'windows', 'none']) {
      expect(read({ KEY_FILE: at(name) })).toEqual({ values: { ...DEFAULTS, key: 'abcd' }, issues: [] });
    }
    expect(read({ KEY_FILE: at('two') }).values).toMatchObject({ key: 'abcd\n' });
  });

  it('are checked as those in variables are, and not repeated', () => {
    const { issues } = read({ KEY_FILE: at('short'), CODE_FILE: at('short') });
    expect(issues).toEqual([
      `the value in the file of KEY_FILE (${at('short')}) is too short; give a longer key`,
      `the value in the file of CODE_FILE (${at('short')}) is not valid; give digits`,
    ]);
  });

  it('are refused if the variable is set too, and if there is no such file, a folder, nothing in it, or too much', () => {
    const issue = (env: Environment): string => read(env).issues.join();
    expect(issue({ KEY: 'abcd', KEY_FILE: at('unix') })).toBe('KEY and KEY_FILE are both set; give one of them');
    expect(issue({ KEY_FILE: at('absent') })).toMatch(/^KEY_FILE is ".*absent", which does not exist; create it/);
    expect(issue({ KEY_FILE: at('unix/below') })).toMatch(/does not exist/);
    expect(issue({ KEY_FILE: at('folder') })).toMatch(/is a directory; name the file in it/);
    for (const name of ['empty', 'line']) expect(issue({ KEY_FILE: at(name) })).toMatch(/is empty; write the value/);
    expect(issue({ KEY_FILE: at('long') })).toMatch(/has more than 65536 bytes/);
  });

  it('are of secrets only, and an empty variable counts as not set', () => {
    expect(read({ COLOUR_FILE: at('unix'), KEY_FILE: '', KEY: '' })).toEqual({ values: DEFAULTS, issues: [] });
    expect(read({ KEY: 'wxyz', KEY_FILE: '' }).values).toMatchObject({ key: 'wxyz' });
  });
});
