import { describe, expect, it } from '@jest/globals';
import { flawOf } from './plain-text.js';

describe('flawOf', () => {
  it.each([
    '',
    'DEMO',
    'Яндекс Cloud',
    '日本語',
    '日本ラテン Latin',
    '한글漢字',
    'L’Oréal',
    'à',
    '🎉 x',
    'café 42',
    'ᏣᎳᎩ',
  ])('finds nothing in %j', (text) => {
    expect(flawOf(text)).toBeUndefined();
  });

  it.each([
    ['DEMO\u200B', 'U+200B'],
    ['a\tb', 'U+0009'],
    ['\u202Ea', 'U+202E'],
    ['a\u2066', 'U+2066'],
    ['a\u00ADb', 'U+00AD'],
    ['a\u034Fb', 'U+034F'],
    ['\u3164', 'U+3164'],
    ['x\uFE0F', 'U+FE0F'],
    ['\u2800', 'U+2800'],
    ['a\u2028b', 'U+2028'],
    ['a\uE000', 'U+E000'],
    ['a\u{E0041}', 'U+E0041'],
    ['a\u0378', 'U+0378'],
  ])('names the character in %j that cannot be seen', (text, code) => {
    expect(flawOf(text)).toBe(`has the character ${code}, which cannot be seen`);
  });

  it.each([
    ['D\u0415MO', 'Cyrillic in Latin'],
    ['p\u03B1ypal', 'Greek in Latin'],
    ['\u0430dmin', 'Cyrillic in Latin'],
    ['\u0561bc', 'Armenian in Latin'],
    ['a\u13A0b', 'Cherokee in Latin'],
    ['Яндекс \u0410cme', 'the second word'],
  ])('refuses a word in mixed alphabets: %j (%s)', (text) => {
    expect(flawOf(text)).toContain('mixes alphabets in the word');
  });

  it('refuses a mark without a letter, and text that is not Unicode', () => {
    expect(flawOf('\u0301a')).toContain('begins with a mark');
    expect(flawOf('a\uD800é')).toBe('is not well-formed Unicode');
  });
});
