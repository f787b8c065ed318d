import { describe, expect, it } from '@jest/globals';
import { choice, integer, setting, settingsTable, text } from '../settings/index.js';
import { UsageError, commandLineOutput } from './command-line.js';

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

const output = (...words: string[]): string | undefined => commandLineOutput(words, '1.2.3', [ROOM, SHELF]);

describe('latchkey --help', () => {
  it('lists every variable below the title of its table, with what fits and the default, without Markdown', () => {
    const help = output('--help') ?? '';
    expect(help.slice(help.indexOf('Room:'))).toBe(
      [
        'Room:',
        '  ROOM_COLOUR  red is warm (red, green; default: red)',
        '  KEY          Key of the door (default: generated)',
        '  OWNER        Who lives there',
        '  BOOKS        How many books fit (1 to 99; default: 7)',
        '',
        'Shelf:',
        '  BOOKS        How many books fit (1 to 99; default: 7)',
        '',
      ].join('\n'),
    );
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
