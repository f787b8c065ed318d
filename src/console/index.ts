/** The console: pages for people, which a browser runs and which call Latchkey's own API. */
export { ConsoleModule, type ConsoleOptions } from './console.module.js';
