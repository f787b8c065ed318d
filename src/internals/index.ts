/** The only place that uses undocumented parts of other programs, each with a check that it is still there. */
export { ExpressMessages, caseSensitive, layersOf, releaseNext, routerOf, type Layer } from './express.js';
export { InternalsError } from './internals-error.js';
export { decoratedGuards, decoratedMethod, decoratedPath, withOwnLogger } from './nest.js';
export {
  PreparedHeaders,
  closeAfterResponse,
  hasUnfinishedRequest,
  linger,
  releaseHead,
  responseOn,
  stopAccepting,
} from './node-http.js';
export { followLinks } from './node-links.js';
export { pointClient } from './pg.js';
export {
  ApiBody,
  ApiHeader,
  ApiConsumes,
  ApiExcludeController,
  ApiExcludeEndpoint,
  ApiExtension,
  ApiExtraModels,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiPropertyOptional,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  ApiTags,
  DECORATORS,
  PartialType,
  PickType,
  getSchemaPath,
  type DocumentedValue,
} from './swagger.js';
export {
  clientClassOf,
  poolOf,
  sqliteClassOf,
  sqliteConnectionOf,
  transactionDepthOf,
  type ColumnMetadata,
} from './typeorm.js';
