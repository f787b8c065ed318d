/** Reads the programs of docs/embedding.md: blocks of code that begin with the name of their file. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const PAGE = path.resolve(import.meta.dirname, '../../docs/embedding.md');

/** The files of a chapter, by their names. @throws Error for a chapter without files */
export function programOf(chapter: string): ReadonlyMap<string, string> {
  const [, text] = readFileSync(PAGE, 'utf8').split(`\n## ${chapter}\n`);
  const own = text?.split('\n## ', 1)[0] ?? '';
  const blocks = own.matchAll(/^```ts\n\/\/ (\S+)\n([^]*?)^```$/gm);
  const files = new Map([...blocks].map(([, name = '', code = '']) => [name, code]));
  if (files.size === 0) throw new Error(`docs/embedding.md has no chapter "${chapter}" with files`);
  return files;
}
