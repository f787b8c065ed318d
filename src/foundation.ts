/** What a host needs beside the dialects that it embeds: the module they stand on, and its parts. */
export * from './core/index.js';
export * from './identity/index.js';
export { LatchkeyModule, type LatchkeyExtras, type LatchkeyOptions } from './latchkey.module.js';
export { Connection, ConnectionError, ENTITIES, MIGRATIONS, type DatabaseAddress } from './persistence/index.js';
