/** Documents the parameters of the audit log and its CSV. */
import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '../../internals/index.js';
import { exampleOf, optionalExamples } from '../../http/index.js';
import { TARGET_TYPE_NAMES } from './audit-log.mapping.js';
import { AuditEventView } from './audit-log.views.js';

const MOMENT = 'A date and time of RFC 3339, or a date, which means its midnight in UTC.';

export const CSV_EXAMPLE = [
  'action,author_id,author_name,created_at,details,id,ip_address,target_id,target_name,target_type',
  'approve,1000,Administrator,2021-07-02T06:38:36.025Z,{},4711,192.0.2.7,1001,Alice,user',
  '',
].join('\r\n');

const event = exampleOf(AuditEventView);

/** Documents the filters of list and export; all given ones must hold. */
export function AuditFilterParameters(): MethodDecorator {
  return applyDecorators(
    ApiQuery({
      name: 'created_after',
      required: false,
      type: String,
      description: `Only events from this time on, inclusive. ${MOMENT}`,
      examples: optionalExamples({ date: '2026-01-01', time: '2026-01-01T12:00:00+02:00' }),
    }),
    ApiQuery({
      name: 'created_before',
      required: false,
      type: String,
      description: `Only events before this time, exclusive. ${MOMENT}`,
      examples: optionalExamples({ date: '2026-02-01', time: '2026-02-01T12:00:00.500Z' }),
    }),
    ApiQuery({
      name: 'target_type',
      required: false,
      enum: TARGET_TYPE_NAMES,
      description:
        'Only events with this type of target; case, hyphens and underscores do not matter. `Canvas`, of which there is ' +
        'none on this server, finds nothing; any other name is refused.',
    }),
    ApiQuery({
      name: 'target_id',
      required: false,
      type: String,
      examples: optionalExamples({ user: event.target_id }),
      description: 'The `target_id` of an event, or the `id` of an access token as long as the token exists.',
    }),
    ApiQuery({
      name: 'author_id',
      required: false,
      type: 'integer',
      examples: optionalExamples({ user: event.author_id }),
      description: 'Only events whose author is this user.',
    }),
  );
}

export function PageParameters(): MethodDecorator {
  return applyDecorators(
    ApiQuery({
      name: 'per_page',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100, example: 100 },
      description: 'Page size.',
    }),
    ApiQuery({
      name: 'cursor',
      required: false,
      schema: { type: 'integer', minimum: 0 },
      examples: optionalExamples({ page: event.id }),
      description: 'Only events with smaller ids. The `Link` header of a page has it for the next one.',
    }),
    ApiQuery({
      name: 'oldest',
      required: false,
      schema: { type: 'integer', minimum: 0 },
      examples: optionalExamples({ page: 17 }),
      description:
        'In the `Link` header, if times are filtered: the smallest id that can match. Without it, each page looks for it again.',
    }),
  );
}
