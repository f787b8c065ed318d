/** Private parts of other programs, each with a check: the only place that knows them. */
export { layersOf, releaseNext, routerOf, type Layer } from './express.js';
export { InternalsError } from './internals-error.js';
export { decoratedGuards, decoratedMethod, decoratedPath } from './nest.js';
export { isResponding, releaseHead, stopAccepting } from './node-http.js';
export { clientClassOf, poolOf, sqliteClassOf, sqliteConnectionOf, type ColumnMetadata } from './typeorm.js';
