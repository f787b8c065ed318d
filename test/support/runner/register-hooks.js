/** Lets Node load TypeScript, and tells what it has compiled. */
import { register } from 'node:module';
import { MessageChannel } from 'node:worker_threads';

/** The source map of every module compiled so far, as a `data:` address, by the address of the module. */
export const sourceMaps = new Map();

const { port1: news, port2: port } = new MessageChannel();
news.on('message', ({ url, map }) => sourceMaps.set(url, map));
news.unref();
register('./module-hooks.js', import.meta.url, { data: { port }, transferList: [port] });
