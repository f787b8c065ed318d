/** Writes the credentials of the first start to a file that only its owner can read. */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { FirstAccess } from '../dialect-kit/index.js';
import { StartError } from './start-errors.js';

const PRIVATE = 0o600;

export class CredentialsFile {
  /** Absolute. */
  readonly path: string;

  constructor(given: string) {
    this.path = path.resolve(given);
  }

  /**
   * Writes the file, to the disk.
   * @returns a function that removes it
   * @throws StartError
   */
  write(access: FirstAccess): () => void {
    const remove = (): void => {
      rmSync(this.path, { force: true });
    };
    let isOurs = false;
    try {
      const file = openSync(this.path, 'wx', PRIVATE);
      isOurs = true;
      try {
        const bytes = Buffer.from(contentOf(access));
        for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      return remove;
    } catch (error) {
      if (isOurs) remove();
      const { code, message } = error as NodeJS.ErrnoException;
      throw this.error(
        code === 'EEXIST' ? EXISTS : `cannot be written (${message}): free some space, or name another file`,
      );
    }
  }

  private error(problem: string): StartError {
    return new StartError(`FIRST_CREDENTIALS_FILE is ${this.path}, which ${problem}. Nothing was created.`);
  }
}

const EXISTS = 'exists already: move it away, or name another';

/** Secrets that variables gave are left out. */
function contentOf({ email, password, token, accountId, accountName }: FirstAccess): string {
  const generated = token.startsWith('$') ? undefined : token;
  const members = { email, password, token: generated, account_id: accountId, account_name: accountName };
  return `${JSON.stringify(members, null, 2)}\n`;
}
