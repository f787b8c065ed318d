/** The files of the console as its build has left them. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compressed = promisify(gzip);

/** In the package next to this file, or next to the folder of CommonJS; for tests, which run the sources, in `dist`. */
export const BUILT_CONSOLE = [
  path.join(import.meta.dirname, 'app'),
  path.join(import.meta.dirname, '../../console/app'),
  path.join(import.meta.dirname, '../../dist/console/app'),
];

/** A file to be sent. */
export interface BuiltFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Names that the build gives: what else is asked for is not looked for on the disk. */
const NAME = /^(?:assets\/)?[\w-]+(?:\.[\w-]+)*\.(?:js|css|svg)$/;

/** Reads each file once, and keeps it, for there are few. */
export class BuiltFiles {
  private readonly folder: string | undefined;
  private readonly known = new Map<string, Promise<BuiltFile | undefined>>();

  /** @param folders - the first that has been built is used */
  constructor(folders: readonly string[]) {
    this.folder = folders.find((folder) => existsSync(path.join(folder, 'index.html')));
  }

  get areThere(): boolean {
    return this.folder !== undefined;
  }

  /** The page, with the places that are filled in for each request; `undefined` if nothing has been built. */
  page(): string | undefined {
    return this.folder === undefined ? undefined : readFileSync(path.join(this.folder, 'index.html'), 'utf8');
  }

  /** @param name - relative to the prefix, such as `assets/index-a1b2.js` */
  async find(name: string): Promise<BuiltFile | undefined> {
    if (this.folder === undefined || !NAME.test(name)) return undefined;
    const known = this.known.get(name);
    if (known) return known;
    const reading = read(path.join(this.folder, name));
    const found = await reading;
    // Names that do not exist are not kept: there is no end of them.
    if (found) this.known.set(name, reading);
    return found;
  }
}

async function read(file: string): Promise<BuiltFile | undefined> {
  const plain = await readFile(file).catch(() => undefined);
  if (!plain) return undefined;
  return { type: TYPES[path.extname(file)] ?? 'application/octet-stream', plain, gzip: await compressed(plain) };
}
