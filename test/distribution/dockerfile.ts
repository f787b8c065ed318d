/** Reads the Dockerfile: its instructions, and what of the repository it may copy. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');

/** An instruction, with its continued lines as one. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** Instructions from one FROM to the next. */
export type Stage = readonly Instruction[];

export function stages(): Stage[] {
  const lines = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ').split('\n');
  const instructions = lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => /^([A-Z]+) (.+)$/.exec(line))
    .map((match) => ({ name: match?.[1] ?? '', text: match?.[2]?.trim() ?? '' }));
  const begins = instructions.flatMap(({ name }, at) => (name === 'FROM' ? [at] : []));
  return begins.map((begin, at) => instructions.slice(begin, begins[at + 1]));
}

export function textsOf(stage: Stage, name: string): string[] {
  return stage.filter((instruction) => instruction.name === name).map(({ text }) => text);
}

/** The files and folders of the repository that a stage copies; what it takes from another stage is left out. */
export function copiedFromHere(stage: Stage): { readonly source: string; readonly target: string }[] {
  return textsOf(stage, 'COPY')
    .filter((text) => !text.startsWith('--'))
    .flatMap((text) => {
      const words = text.split(/\s+/);
      const target = words.at(-1) ?? '';
      return words.slice(0, -1).map((source) => ({ source, target }));
    });
}

/** The environment of the image. */
export function environment(stage: Stage): Record<string, string> {
  return Object.fromEntries(
    textsOf(stage, 'ENV').map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
}

/** The lines of `.dockerignore` that let something through. */
export function letThrough(): string[] {
  const lines = readFileSync(path.join(ROOT, '.dockerignore'), 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
}
