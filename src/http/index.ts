/** What all HTTP interfaces share: request bodies, validation, OpenAPI, mounting of routes, error responses. */
export { ErrorFilter } from './output/error-filter.js';
export { isOverloaded, retryAfter, type ErrorResponse } from './output/error-response.js';
export { serves } from './mount/dialect-mount.js';
export {
  configurableModule,
  guardedController,
  mountProviders,
  type ControllerParts,
  type MountedApi,
} from './mount/module-parts.js';
export { exampleOf, optionalExamples } from './openapi/documented-example.js';
export { documentedPath } from './openapi/documented-path.js';
export { EmptyView, documentedRoute, type DocumentedResponse, type DocumentedRoute } from './openapi/documented.js';
export { withCheckedOptions } from './mount/checked-options.js';
export {
  DIALECT_PATH,
  MountError,
  PathClash,
  reservePrefix,
  joinedPath,
  mountPath,
  type DialectExtras,
} from './mount/mounting.js';
export { checkAllDeclared, declareBelow, declaredRoutes } from './mount/declared-routes.js';
export { checkUnrouted, declareControllers } from './mount/route-check.js';
export { PUBLIC, PermissionGuard, requiredFromScope, permits, fromScope, type Permits } from './permission.js';
export { queryNumber, queryText } from './input/query.js';
export { parseRfc3339 } from './input/rfc3339.js';
export { BodyError, InputError } from './input/input-errors.js';
export { InputBy, formMembers, jsonMembers, members } from './input/request-body.js';
export { streamJsonList } from './output/json-stream.js';
export { streamText } from './output/text-stream.js';
export { routesOf, type Route } from './mount/routing.js';
export {
  REQUEST_ID_HEADER,
  RequestOrigin,
  newRequestId,
  originOf,
  requestIdIn,
  requestIdOf,
  routeOf,
  trackRequests,
} from './tracking/track-requests.js';
export {
  requestChannel,
  requestStartChannel,
  streamChannel,
  type RequestMessage,
  type RequestStartMessage,
  type StreamMessage,
} from './tracking/channels.js';
export { Input, IsText, type TextRule } from './input/validated-input.js';
