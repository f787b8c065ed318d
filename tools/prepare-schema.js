/**
 * Writes into `dist` what all migrations leave on an empty SQLite database: servers for tests begin with it, instead of
 * running the migrations. Run it after `npm run build` and before `tools/build-commonjs.js`, which copies it.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { prepareSchema } from '../dist/persistence/index.js';
import { SCHEMA } from '../dist/schema.js';

const file = path.resolve(import.meta.dirname, '../dist/prepared-schema.json');
writeFileSync(file, JSON.stringify(await prepareSchema(SCHEMA)));
