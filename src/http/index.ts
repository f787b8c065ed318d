/** What all HTTP interfaces share: request bodies, validation, OpenAPI, mounting of routes, error responses. */
export { allowCompression, provideCompression } from './output/compression.js';
export { ErrorFilter } from './output/error-filter.js';
export { clientErrorStatus, retryAfter, sendError, type ErrorResponse } from './output/error-response.js';
export { inTurn, plainRequests, sameHeaders, serves } from './mount/dialect-mount.js';
export { mountPages, type PageMount } from './mount/page-mount.js';
export { FOREIGN_PAGE_EXAMPLE, ForeignPage, type BrowserWrites } from './mount/browser-writes.js';
export { MountContext, REQUEST_OPTIONS } from './mount/mount-context.js';
export { originForm, withLiteralPath } from './mount/request-target.js';
export { redactSecretsOf, redactedText, requestedPath } from './output/redaction.js';
export {
  configurableModule,
  guardedController,
  mountProviders,
  type ControllerParts,
  type MountedApi,
} from './mount/module-parts.js';
export { exampleOf, optionalExamples } from './openapi/documented-example.js';
export { describedApi, type DescribedApi, type Introduction } from './openapi/described-api.js';
export { listsFirst } from './openapi/lists-first.js';
export { withoutLatchkey } from './openapi/host-document.js';
export { operationIdOf } from './openapi/operation-ids.js';
export { documentedPath } from './openapi/documented-path.js';
export { EmptyView, documentedRoute, type DocumentedResponse, type DocumentedRoute } from './openapi/documented.js';
export { withCheckedOptions } from './mount/checked-options.js';
export {
  DIALECT_PATH,
  EXTRAS,
  LATCHKEY,
  MountError,
  checkImports,
  PathClash,
  reservePrefix,
  joinedPath,
  prefixOf,
  mountPath,
  mountedAt,
  type DialectExtras,
} from './mount/mounting.js';
export { checkAllDeclared, declareBelow, declaredRoutes } from './mount/declared-routes.js';
export { checkUnrouted, declareControllers } from './mount/route-check.js';
export {
  PUBLIC,
  PermissionGuard,
  requiredFromScope,
  permissionOf,
  permits,
  fromScope,
  type Permits,
} from './permission.js';
export { queryNumber, queryText } from './input/query.js';
export { parseRfc3339 } from './input/rfc3339.js';
export { addressFor, parseAddress } from './input/caller-address.js';
export { BodyError, InputError } from './input/input-errors.js';
export type { BodyLimits } from './input/incoming-body.js';
export { answerUnreadableRequests } from './connections/unreadable-requests.js';
export { CapacityReports } from './connections/capacity-reports.js';
export { StrictHeads } from './connections/strict-heads.js';
export {
  FIXED_LIMITS,
  limitRequests,
  nodeLimits,
  type LimitNames,
  type RequestLimits,
} from './connections/request-limits.js';
export { limitConnections, type ConnectionLimit } from './connections/connection-limit.js';
export { delayContinue } from './connections/expect-continue.js';
export { LIVE, healthAnswerTo, readiness, type HealthAnswer } from './output/health-answer.js';
export { InputBy, bodyText, formMembers, jsonMembers, members } from './input/request-body.js';
export { streamJsonArray, streamJsonList } from './output/json-stream.js';
export { csvHeaders, csvText } from './output/csv.js';
export { streamFile, streamText } from './output/text-stream.js';
export { routesOf, type Route } from './mount/routing.js';
export { RequestSpan } from './tracking/request-span.js';
export {
  REQUEST_ID_HEADER,
  denied,
  headerIn,
  traceParentIn,
  RequestOrigin,
  isOverloaded,
  newRequestId,
  originOf,
  requestIdIn,
  requestIdOf,
  routeOf,
  trackRequests,
} from './tracking/track-requests.js';
export {
  capacityChannel,
  denialChannel,
  foreignPageChannel,
  requestChannel,
  requestStartChannel,
  routedRequestChannel,
  streamChannel,
  type CapacityMessage,
  type DenialMessage,
  type ForeignPageMessage,
  type RequestMessage,
  type RequestStartMessage,
  type StreamMessage,
} from './tracking/channels.js';
export { Input, IsText, OptionalInput, StrictInput, type TextRule } from './input/validated-input.js';
