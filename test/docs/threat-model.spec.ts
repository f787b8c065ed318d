/** Each promise of the threat model names tests, and these exist. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import ts from 'typescript';
import { ROOT, pageText } from './pages.js';

/** A file, and the titles of tests in it. */
const REFERENCE = /`((?:src|test)\/[^`]+\.ts)`((?:,? “[^”]+”)*)/g;

/** The promises and what is said to show them. */
const PROMISES = (/^## What is promised\n(.*?)^## /ms.exec(pageText('docs/threat-model.md'))?.[1] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (promise|-)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, promise = '', shownBy = '']) => ({ promise, shownBy }));

/** The titles of tests and their groups in a file: the first argument of `it(…)`, `it.each(…)(…)` and `describe(…)`. */
function titlesIn(file: string): Set<string> {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const [first] = node.arguments;
      if (
        /^(?:it|describe)\b(?!\.(?:skip|todo))/.test(node.expression.getText()) &&
        first &&
        ts.isStringLiteralLike(first)
      ) {
        titles.add(first.text);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return titles;
}

it('there are promises', () => {
  expect(PROMISES.length).toBeGreaterThan(30);
});

it.each(PROMISES)('is shown by tests that exist: $promise', ({ shownBy }) => {
  const references = [...shownBy.matchAll(REFERENCE)];
  expect(references.map(([text]) => text).join('; ')).toBe(shownBy);
  expect(references).not.toEqual([]);
  for (const [, file = '', titles = ''] of references) {
    expect([file, existsSync(path.join(ROOT, file))]).toEqual([file, true]);
    const named = [...titles.matchAll(/“([^”]+)”/g)].map(([, title]) => title);
    expect([file, named]).not.toEqual([file, []]);
    expect([...titlesIn(file)]).toEqual(expect.arrayContaining(named));
  }
});
