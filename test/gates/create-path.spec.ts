/** A create enters few files, so that it is easy to follow. */
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Program } from '../support/program.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Maximum number of files that a create enters: hardly more than today. Merge files that only forward before you raise it. */
const MAX_FILES: Readonly<Record<string, number>> = { cloudflare: 46, crm: 47, canvus: 45 };

/** A busy machine needs most of it to load the server. */
const MAX_RUN_MS = 60_000;

describe('the path of a create', () => {
  it(
    'enters few files, in every dialect: "npm run create-path" lists them',
    async () => {
      const args = ['--import', 'tsx', path.join(ROOT, 'tools/create-path.ts')];
      const run = new Program(process.execPath, { args, cwd: ROOT });
      const { code } = await run.exited;
      expect([code, run.stderr]).toEqual([0, '']);
      const entered = JSON.parse(run.stdout) as Record<string, string[]>;
      expect(Object.keys(entered)).toEqual(Object.keys(MAX_FILES));
      for (const [dialect, files] of Object.entries(entered)) {
        // Also shows that files were counted at all.
        expect(files.length).toBeGreaterThan(20);
        const max = MAX_FILES[dialect] ?? 0;
        if (files.length > max)
          throw new Error(`${dialect} enters ${String(files.length)} files:\n${files.join('\n')}`);
      }
    },
    MAX_RUN_MS,
  );
});
