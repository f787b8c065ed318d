import { describe, expect, it } from '@jest/globals';
import { choice, integer, setting, settingsTable, text } from '../settings/index.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { UsageError, withGivenSettings } from './given-settings.js';
import { COMMAND_NAMES, type Invocation } from './invocation.js';
import { runProgram } from './program.js';
import { settingsHelp } from './settings-help.js';

interface Reading {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
  readonly asked: Invocation | undefined;
}

async function read(line: string): Promise<Reading> {
  let [out, err, asked]: [string, string, Invocation | undefined] = ['', '', undefined];
  const run = (invocation: Invocation): Promise<ExitCode> => {
    asked = invocation;
    return Promise.resolve(EXIT.done);
  };
  const output = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  const code = await runProgram(line.split(' ').filter(Boolean), '1.2.3', run, output);
  return { code, out, err, asked };
}

describe('the command line', () => {
  it.each([
    ['', 'start', [], {}],
    ['--port 4000 --host ::1', 'start', [], { port: '4000', host: '::1' }],
    ['start --database sqlite:x', 'start', [], { database: 'sqlite:x' }],
    ['admin reset-password', 'admin reset-password', [], {}],
    ['admin reset-password a@b --generate', 'admin reset-password', ['a@b'], { generate: true }],
    ['backup --force copy', 'backup', ['copy'], { force: true }],
    ['check', 'check', [], {}],
    ['token revoke a b c --json', 'token revoke', ['a', 'b', 'c'], { json: true }],
  ])('%s', async (line, command, words, options) => {
    expect(await read(line)).toMatchObject({ code: 0, out: '', err: '', asked: { command, words, options } });
  });

  it('shows the version, and help for everything', async () => {
    for (const line of ['-v', '--version']) expect(await read(line)).toMatchObject({ code: 0, out: '1.2.3\n' });
    for (const line of ['-h', '--help', 'help']) {
      const { code, out } = await read(line);
      expect(code).toBe(0);
      expect(out).toContain('Exit codes: 0 done; 1 not done');
      expect(out).toContain('\n  DATABASE_URL  ');
    }
    for (const command of COMMAND_NAMES) {
      const { code, out, asked } = await read(`${command} --help`);
      expect([code, asked]).toEqual([0, undefined]);
      expect(out).toContain(`Usage: latchkey ${command}`);
    }
  });

  it.each([
    ['statr', "unknown command 'statr'\n(Did you mean start?)"],
    ['--prot=1', "unknown option '--prot=1'\n(Did you mean --port?)"],
    ['admin', 'Usage: latchkey admin'],
    ['admin create', "missing required argument 'email'"],
    ['token revoke', "missing required argument 'id'"],
    ['user list everybody', 'too many arguments'],
    ['admin create a@b --password x', "unknown option '--password'"],
    ['completion csh', "there is no completion for 'csh'; give bash, zsh, fish"],
  ])('refuses %p', async (line, message) => {
    const { code, out, err, asked } = await read(line);
    expect([code, out, asked]).toEqual([EXIT.usage, '', undefined]);
    expect(err).toContain(message);
  });

  it('takes no secret: no command has an argument or option for one', async () => {
    for (const command of COMMAND_NAMES) {
      const { out } = await read(`${command} --help`);
      expect(out).not.toMatch(/--(password|secret|token)\b(?!-file)/);
    }
  });
});

describe('the settings of a command line', () => {
  it('count before those of the environment', () => {
    const env = { PORT: '1', HOST: 'a', LOG_LEVEL: 'info', DATABASE_URL_FILE: '/file' };
    expect(withGivenSettings(env, { port: '2', database: 'postgres://me@db/x' })).toEqual({
      PORT: '2',
      HOST: 'a',
      LOG_LEVEL: 'info',
      DATABASE_URL: 'postgres://me@db/x',
    });
  });

  it.each(['postgres://me:word@db/x', 'postgresql://db/x?password=word', 'postgres://me:wo rd@db:x/'])(
    'hold no password: %s',
    (database) => {
      expect(() => withGivenSettings({}, { database })).toThrow(UsageError);
      expect(() => withGivenSettings({}, { database })).toThrow(/list of processes: set the variable DATABASE_URL/);
    },
  );
});

describe('the completion', () => {
  it.each(['bash', 'zsh', 'fish'])('of %s has every command and its options', async (shell) => {
    const { code, out } = await read(`completion ${shell}`);
    expect(code).toBe(0);
    for (const word of COMMAND_NAMES.flatMap((name) => name.split(' '))) expect(out).toContain(word);
    expect(out).toContain('--newer-log');
  });
});

const SHELF = settingsTable('Shelf', {
  books: setting({ env: 'BOOKS', form: integer(1, 99), default: 7, doc: 'How many books fit', more: 'Count twice.' }),
  doors: setting({ form: integer(0, 2), default: 0, doc: 'How many doors it has' }),
});

const ROOM = settingsTable('Room', {
  colour: setting({ env: 'ROOM_COLOUR', form: choice('red', 'green'), default: 'red', doc: '`red` is warm' }),
  key: setting({ env: 'KEY', form: text(Boolean, 'a key'), defaultText: 'generated', doc: 'Key of the door' }),
  owner: setting({ env: 'OWNER', form: text(Boolean, 'a name'), doc: 'Who lives there' }),
  shelf: SHELF,
});

describe('the list of settings', () => {
  it('has every variable below the title of its table, with what fits and the default, without Markdown', () => {
    expect(settingsHelp([ROOM, SHELF])).toBe(
      [
        'Room:',
        '  ROOM_COLOUR                   red is warm (red, green; default: red)',
        '  KEY                           Key of the door (default: generated)',
        '  OWNER                         Who lives there',
        '  BOOKS                         How many books fit (1 to 99; default: 7)',
        '',
        'Shelf:',
        '  BOOKS                         How many books fit (1 to 99; default: 7)',
        '',
      ].join('\n'),
    );
  });
});
