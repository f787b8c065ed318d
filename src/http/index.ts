/** What every door shares: reading bodies, checking input, and answering what no route answers. */
export { clientErrorStatus, retryAfter, sendError, type ErrorAnswer, type ErrorRenderer } from './answer.js';
export { callerAddress } from './caller-address.js';
export { DialectEdge, requestedPath, serves, type EdgeOptions } from './dialect-edge.js';
export { exampleOf, optionalExamples } from './documented-example.js';
export { documentedPath } from './documented-path.js';
export { EmptyView, documentedRoute, type DocumentedAnswer, type DocumentedRoute } from './documented.js';
export {
  DIALECT_PATH,
  EXTRAS,
  MountError,
  PathClash,
  claimPath,
  joinedPath,
  mountPath,
  mountedAt,
  type DialectExtras,
} from './mounting.js';
export { checkUnrouted } from './own-routes.js';
export { queryNumber, queryText } from './query.js';
export { parseRfc3339 } from './rfc3339.js';
export { BodyError, Incoming, IncomingBody, formMembers, jsonMembers } from './request-body.js';
export { streamJsonList } from './json-stream.js';
export { streamText } from './text-stream.js';
export { MethodNotAllowed, PathNotFound, routesOf, type Route } from './routing.js';
export { InputError, IsText, members, validated, type TextRule } from './validated-input.js';
