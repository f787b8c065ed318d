/** What every door shares: reading bodies, checking input, and answering what no route answers. */
export { sendError, type ErrorAnswer, type ErrorRenderer } from './answer.js';
export { callerAddress } from './caller-address.js';
export { DialectEdge, type EdgeOptions } from './dialect-edge.js';
export { BodyError, Incoming, IncomingBody } from './request-body.js';
export { describeForLog } from './log-line.js';
export { MethodNotAllowed, PathNotFound, routesOf, type Route } from './routing.js';
export { InputError, IsText, isStorableText, members, validated, type TextRule } from './validated-input.js';
