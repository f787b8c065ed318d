/** The list of scenes has every screen and every dialog that the sources have, so that none is left unlooked at. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { DIALOGS, SCREENS, SECRETS } from './scenes.js';

const SOURCES = path.resolve(import.meta.dirname, '../../console/src');

/** What other dialogs are made of. */
const FRAMES = ['Dialog', 'ActionDialog', 'AskDialog'];

const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.tsx'))
  .map((name) => readFileSync(path.join(SOURCES, name), 'utf8'));

function foundBy(pattern: RegExp): string[] {
  const found = sources.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name));
  return [...new Set(found)].sort();
}

it('every screen of the console is among the scenes', () => {
  const routes = foundBy(/\bpath: '([^']+)', element:/g);
  expect(routes).toContain('/tokens/:id');
  expect([...new Set(SCREENS.map(({ route }) => route))].sort()).toEqual(routes);
});

it('every dialog of the console is among the scenes', () => {
  const dialogs = foundBy(/\bfunction (\w*Dialog)\b/g).filter((name) => !FRAMES.includes(name));
  expect(dialogs).toContain('RotateDialog');
  const shown = [...DIALOGS, ...SECRETS].flatMap((scene) => scene.dialogs);
  expect([...new Set(shown)].sort()).toEqual(dialogs);
});

it('no two scenes have the same name, which is that of their pictures', () => {
  const names = [...SCREENS, ...DIALOGS, ...SECRETS].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
