/** Documents the methods on access tokens: their errors, and the query of the lists. */
import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '../../internals/index.js';
import { optionalExamples } from '../../http/index.js';
import { FIELDS_SET_QUERY, TOKEN_QUERY } from './crm.docs.js';
import type { CrmErrorName } from './crm.error-catalogue.js';
import { NUMBER, NUMBER_OF_RESULTS, OFFSET, STATE_NAMES } from './access-tokens.inputs.js';
import { RELATIONS } from './relations.docs.js';

/** Errors of a method that names one access token. */
export const NAMED_ERRORS: CrmErrorName[] = [
  'invalidToken',
  'parameterMissing',
  'semiOptional',
  'invalidParameter',
  'tokenNotFound',
  'tooManyFailedLogins',
];

/** Errors of a list. */
export const LIST_ERRORS: CrmErrorName[] = [
  'invalidToken',
  'parameterMissing',
  'semiOptional',
  'invalidParameter',
  'tooManyAtOnce',
];

/** Errors of a change of the life cycle state. */
export const STATE_ERRORS: CrmErrorName[] = [...NAMED_ERRORS, 'notPermitted', 'invalidState'];

/** The parameters that select a part of a list. */
export function PageOfList(): MethodDecorator {
  return applyDecorators(
    ApiQuery(TOKEN_QUERY),
    ApiQuery({ name: 'number', required: false, type: 'integer', example: 10, description: NUMBER }),
    ApiQuery({ name: 'offset', required: false, type: 'integer', example: 0, description: OFFSET }),
    ApiQuery({
      name: 'number_of_results',
      required: false,
      type: 'integer',
      example: 10,
      description: NUMBER_OF_RESULTS,
    }),
    ApiQuery({
      name: 'life_cycle_state',
      required: false,
      enum: STATE_NAMES,
      description: 'Only tokens in this state.',
    }),
    ApiQuery(FIELDS_SET_QUERY),
  );
}

/** Owners and classification. */
export function RelationsInQuery(): MethodDecorator {
  const names = Object.entries(RELATIONS);
  return applyDecorators(
    ...names.map(([name, { inQuery }]) =>
      ApiQuery({
        name,
        required: false,
        type: String,
        examples: optionalExamples({ some: inQuery }),
        description: 'Written `field=value`.',
      }),
    ),
  );
}
