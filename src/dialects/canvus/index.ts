/** The Canvus dialect, as a host imports it. */
export { canvusDocument } from './canvus.docs.js';
export { CanvusModule } from './canvus.module.js';
export type { CanvusOptions } from './canvus.options.js';
export { Streams } from './streams/streams.js';
