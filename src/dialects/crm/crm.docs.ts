/** The OpenAPI document of the dialect: its title, and the responses of its methods. */
import type { Type } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ApiProperty } from '../../internals/index.js';
import { EmptyView, documentedRoute, optionalExamples, type DocumentedResponse } from '../../http/index.js';
import { introducedApi } from './crm.introduction.js';
import { CATALOGUE, type CrmErrorName } from './crm.error-catalogue.js';
import { fields_set, token } from './crm.examples.js';
import { AccessTokenView, LoginTokenView, PassCodeView, StatusView } from './crm.views.js';

class ErrorStatusView {
  @ApiProperty({ enum: Object.values(CATALOGUE).map(({ code }) => code) })
  code!: string;

  @ApiProperty({ example: '', description: 'The parameter or value concerned.' })
  description!: string;

  @ApiProperty({ example: CATALOGUE.invalidToken.message, description: 'A message for people.' })
  message!: string;
}

class ErrorEnvelope {
  @ApiProperty()
  status!: ErrorStatusView;

  @ApiProperty()
  data!: EmptyView;
}

class AccessTokenEnvelope {
  @ApiProperty()
  status!: StatusView;

  @ApiProperty()
  data!: AccessTokenView;
}

class AccessTokenListEnvelope {
  @ApiProperty()
  status!: StatusView;

  @ApiProperty({ type: [AccessTokenView] })
  data!: AccessTokenView[];
}

class PassCodeEnvelope {
  @ApiProperty()
  status!: StatusView;

  @ApiProperty()
  data!: PassCodeView;
}

class LoginTokenEnvelope {
  @ApiProperty()
  status!: StatusView;

  @ApiProperty()
  data!: LoginTokenView;
}

class EmptyEnvelope {
  @ApiProperty()
  status!: StatusView;

  @ApiProperty()
  data!: EmptyView;
}

class StatusEnvelope {
  @ApiProperty()
  status!: StatusView;
}

const ENVELOPES = {
  accessToken: AccessTokenEnvelope,
  accessTokens: AccessTokenListEnvelope,
  passCode: PassCodeEnvelope,
  loginToken: LoginTokenEnvelope,
  nothing: EmptyEnvelope,
  statusOnly: StatusEnvelope,
} as const;

/** What a success returns. */
const RETURNS: Record<keyof typeof ENVELOPES, string> = {
  accessToken: 'the access token.',
  accessTokens: 'the access tokens.',
  passCode: 'the new pass code.',
  loginToken: 'the login token.',
  nothing: 'an empty object.',
  statusOnly: 'nothing, without `data`.',
};

/** The status does not depend on `CRM_HTTP_ERRORS`. */
const UNAVAILABLE = errorResponse(
  503,
  ['unavailable'],
  'The database is unavailable; `Retry-After` says how many seconds to wait.',
);

/** The same. */
const TOO_SLOW = errorResponse(408, ['invalidRequest'], 'The body did not arrive in time: 15 seconds by default.');

/** The same. */
const FOREIGN_PAGE = errorResponse(403, ['foreignPage'], 'A web page of another site made a browser send the request.');

export interface MethodDocs {
  operationId?: string;
  summary: string;
  description?: string;
  /** The JSON body. GET methods document their query separately. */
  body?: Type;
  /** Example bodies by their summaries. */
  examples?: Record<string, object>;
  data: keyof typeof ENVELOPES;
  errors?: CrmErrorName[];
}

/** Documents a method. Successes have status 200; errors too unless the server is set to send statuses. */
export function Documented({ data, errors = [], ...route }: MethodDocs): MethodDecorator {
  const all: CrmErrorName[] = [...errors, 'unexpected'];
  const success = { status: 200, description: `If \`status.code\` is \`OK\`: ${RETURNS[data]}`, type: ENVELOPES[data] };
  const failure = errorResponse(200, all, `By default, errors have this HTTP status as well: ${codesOf(all)}.`);
  const statuses = [...new Set(all.map((name) => CATALOGUE[name].status))];
  const answers = statuses.map((status) => {
    const names = all.filter((name) => CATALOGUE[name].status === status);
    const messages = names.map((name) => CATALOGUE[name].message).join(' ');
    return errorResponse(status, names, `With \`CRM_HTTP_ERRORS=status\`: ${messages}`);
  });
  const transport = route.body ? [FOREIGN_PAGE, TOO_SLOW, UNAVAILABLE] : [UNAVAILABLE];
  return documentedRoute({ ...route, responses: [success, failure, ...answers, ...transport] });
}

function codesOf(errors: CrmErrorName[]): string {
  return errors.map((name) => `\`${CATALOGUE[name].code}\``).join(', ');
}

/** Documents a status with an example of each error. */
function errorResponse(status: number, errors: readonly CrmErrorName[], description: string): DocumentedResponse {
  const examples = errors.map((name) => {
    const { code, message } = CATALOGUE[name];
    return [message, { status: { code, description: '', message }, data: {} }];
  });
  return { status, description, type: ErrorEnvelope, examples: Object.fromEntries(examples) as Record<string, object> };
}

/** Query parameters of GET methods. */
export const TOKEN_QUERY = { name: 'token', type: String, example: token, description: 'From `authentication/token`.' };
export const FIELDS_SET_QUERY = {
  name: 'fields_set',
  type: String,
  required: false,
  examples: optionalExamples({ some: fields_set }),
  description: 'Fields to return, separated by commas. Default: all.',
};

/** The document without its paths. */
export function crmDocument(): Omit<OpenAPIObject, 'paths'> {
  // The token is in the body, which OpenAPI has no security scheme for.
  return { ...introducedApi().build(), security: [] };
}
