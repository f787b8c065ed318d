/** Guards for hosts that verify tokens at a Latchkey elsewhere: `latchkey/client`. It loads no database and no Express. */
export * from './client/index.js';
export { AnyOf } from './guarding/index.js';
